# SPDX-License-Identifier: GPL-3.0-or-later
"""Training settings: a table for each base model (BASE.yaml), what a set's faults change in them, and their recipe."""
