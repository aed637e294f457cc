# SPDX-License-Identifier: GPL-3.0-or-later
"""OUT/report.html: contact sheet, coverage and captions on one page that opens from disk."""

from .page import report

__all__ = ["report"]
