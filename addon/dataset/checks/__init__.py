# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: what is wrong with the pictures of a set, ours or a stranger's, as figures, severities and plain sentences.

    check(folder) -> Checked       every picture, then the set (run.py); write_checks puts it into checks.json
    staying(out, rows) -> rows     the rows whose pictures were not dropped (drops.py)
Thresholds and sentences stand in checks.yaml, with what they were calibrated on. A check of its own is a module that
measures one figure of a sample.Sample, an entry in the table, and a line in picture.py.
"""

from .drops import staying
from .run import Checked, check, read_checks, write_checks

__all__ = ["Checked", "check", "read_checks", "staying", "write_checks"]
