# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors: may this be asked for, and may this package be made?"""

from __future__ import annotations

from pathlib import Path

from ...common.errors import InputError
from .judge import Judged, judge_out
from .table import Source, check_source, sources, table

PURPOSES = ("private", "publish")
#: What stands for every trainer.
EVERY = "all"
MOST_REASON = 500
#: Shorter ones ("ok") say nothing to whoever reads the card.
LEAST_REASON = 8


def check_asked(
    source: str | None, purpose: str | None, reason: str | None, trainers: tuple[str, ...] = (), sitter: bool = False
) -> list[str]:
    """Refuse, before anything is rendered, what would be refused afterwards; lines on what `all` will leave out.

    source: a name of the table or None; trainers: whose packages are asked for (names, or `all`); sitter: whether it is
    the built-in character. Raises InputError.
    """
    if purpose not in (None, *PURPOSES):
        raise InputError(f"--purpose {purpose!r}: not known. Say private or publish.")
    published = [name for name in trainers if name in table()["publication"]]
    if check_reason(reason) or sitter or (purpose != "publish" and not published and EVERY not in trainers):
        return []
    row = sources()[check_source(source) if source else ""]
    if row.publish == "allowed" or (row.key and row.file_decides):
        return []
    if purpose == "publish" or published:
        raise InputError(_refusal(published[0] if published else "--purpose publish", row.publish, row, row.says))
    return [_refusal(" and ".join(table()["publication"]), row.publish, row, row.says)]


def check_reason(reason: str | None) -> str | None:
    """The reason as one line of plain text, or None. Raises InputError for one that says nothing, or a novel."""
    if reason is None:
        return None
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in reason).split())
    if not LEAST_REASON <= len(text) <= MOST_REASON:
        raise InputError(
            f"--reason: {len(text)} characters. Write a sentence of {LEAST_REASON} to {MOST_REASON} characters that "
            "says who allowed it, or why you may; it is printed in the dataset's card."
        )
    return text


def check_rights(out: Path, trainer: str) -> list[str]:
    """May the set in OUT be packaged for this trainer (a package's name)? Returns lines to warn with, or none.

    A package for publication (--purpose publish, or one that exists to be published) of a character whose terms don't
    allow it, or are not known, is refused until job.yaml states a reason. Raises InputError then.
    """
    judged = judge_out(out)
    if trainer in table()["publication"] or judged.purpose == "publish":
        return _publish(judged, trainer)
    return _private(judged)


def private_lines(judged: Judged) -> list[str]:
    """What to tell somebody who keeps the set to themselves; nothing where all is clear."""
    return _private(judged)


def _publish(judged: Judged, trainer: str) -> list[str]:
    verdict, why = judged.verdicts["publish"], "; ".join(judged.because["publish"])
    if verdict == "allowed":
        return _asks(judged)
    if judged.reason is None:
        raise InputError(_refusal(trainer, verdict, judged.source, why))
    said = f"Published on your own word ({judged.reason}) although {SAYS[verdict]}: {why}. Both stand in the card."
    return [said, *_asks(judged)]


def _private(judged: Judged) -> list[str]:
    verdict = judged.verdicts["private"]
    if verdict == "allowed" and judged.clear:
        return _asks(judged)
    why = "; ".join(judged.because["private" if verdict != "allowed" else "publish"])
    if verdict == "not_allowed":
        said = f"Not allowed, even for yourself, as far as we could read: {why}. Going on is at your own risk."
    elif judged.source.key:
        said = f"For your own use only, so far: {why}. Read the terms before you publish pictures or LoRA."
    else:
        said = f"For your own use only, so far: {why}. Before you publish pictures or LoRA, say it with --source."
    return [f"{said} {judged.hint}".strip(), *_asks(judged)]


def _asks(judged: Judged) -> list[str]:
    if not judged.asks:
        return []
    author = str((judged.licence or {}).get("author") or "")[:80]
    return [f"The character's file asks for {', '.join(judged.asks)}{f' ({author})' if author else ''}."]


SAYS = {
    "not_allowed": "the terms don't allow it",
    "unknown": "it is not known whether the terms allow it",
    "depends": "it depends on terms that only you can know",
}


def _refusal(what: str, verdict: str, source: Source, why: str) -> str:
    known = f"{source.name}: {why}" if source.key else why
    mend = "Say why you may all the same" if source.key else "Say where it comes from with --source, or why you may"
    return (
        f'{what}: not made, because it is for publication and {SAYS[verdict]} ({known}). {mend} with --reason "..."; '
        "to keep it to yourself, package for a trainer of your own (--for kohya). This is not legal advice."
    )
