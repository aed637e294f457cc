# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights: where the character came from, what its terms and its file say about training an AI, what the user declares.

check_rights is the door for packages, judge for whoever tells about it (card, provenance, report). None of it is legal
advice, and every text that is made of it says so.
"""

from .check import PURPOSES, check_asked, check_reason, check_rights, private_lines
from .judge import Judged, judge, judge_out
from .table import check_source, grade_words, notice, source_names

__all__ = [
    "PURPOSES",
    "Judged",
    "check_asked",
    "check_reason",
    "check_rights",
    "check_source",
    "grade_words",
    "judge",
    "judge_out",
    "notice",
    "private_lines",
    "source_names",
]
