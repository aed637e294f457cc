# SPDX-License-Identifier: GPL-3.0-or-later
"""What a captioning model said, held against the truth: only what is not known otherwise, and not false, stays.

cut.py cuts a text into statements, judge.py holds each against what known.py knows of the picture, whole_set.py decides
what never changes. Words stand in tables: axes/ (what is known), things.yaml (what only eyes can see), filler.yaml.
"""
