# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found, as lines of text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from .finding import TABLE, Finding, worst
from .run import Checked

#: How severities are called in the table.
SHOWN = {"bad": "BAD", "look": "look"}
#: Columns of the table before the sentence, and the narrowest that it is set in.
INDENT, NARROWEST, WIDEST = 8, 60, 120


def lines(checked: Checked, width: int) -> Iterator[str]:
    """A block for each picture with findings, the set's own, then the summary."""
    width = min(WIDEST, max(NARROWEST, width))
    for name, file, findings in checked.pictures:
        if findings or name in checked.dropped:
            yield f"{SHOWN.get(worst(findings) or '', 'ok'):<6}{_plain(file)}{_decided(checked, name)}"
            for finding in findings:
                yield from _finding(finding, width)
    for finding in checked.whole:
        yield from textwrap.wrap(f"set   {_plain(finding.sentence)}", width, subsequent_indent=" " * 6)
    yield checked.summary()


def _decided(checked: Checked, name: str) -> str:
    if name in checked.dropped:
        return "  (left out)"
    return "  (kept all the same)" if name in checked.kept else ""


def _finding(finding: Finding, width: int) -> Iterator[str]:
    """The check, its figure and threshold where they say something, and the sentence below them."""
    beyond = "over" if TABLE[finding.check]["worse"] == "over" else "under"
    figures = "" if TABLE[finding.check].get("plain") else f"  {finding.value:.4g} ({beyond} {finding.threshold:.4g})"
    yield f"{' ' * 6}{finding.check.replace('_', ' ')}{figures}"
    yield from textwrap.wrap(
        _plain(finding.sentence), width, initial_indent=" " * INDENT, subsequent_indent=" " * INDENT
    )


def _plain(text: str) -> str:
    """Nothing that moves the cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
