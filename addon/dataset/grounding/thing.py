# SPDX-License-Identifier: GPL-3.0-or-later
"""What a captioning model saw and the truth does not know: a thing that a picture shows, in the words of each style."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thing:
    """tag: `black shirt`; noun: as sentences name it, `a black shirt`; relation: wears | has | holds | place | looks;
    danbooru, e621: its tags there (none where the vocabulary has none); head: what it is (`shirt`), by which things
    that are said differently are known to be one; identity: whether it never changes in this set."""

    tag: str
    noun: str
    relation: str
    head: str
    captioner: str
    danbooru: tuple[str, ...] = ()
    e621: tuple[str, ...] = ()
    identity: bool = False
