# SPDX-License-Identifier: GPL-3.0-or-later
"""From prints and their truth to a dataset that trainers take. Reads only files in OUT; never imports bpy.

The way through: process (cut, scale, backgrounds, masks) -> captions -> build (final_dataset) -> packages, report.
"""
