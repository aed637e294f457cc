# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to check, whether it was made here or not: one picture with its files and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..layout import Row


@dataclass(frozen=True)
class Entry:
    """id: a shot's, or the picture's path below the folder; file: that path, for people; folder: what must hold it.

    drawn: the print (RGBA) that the picture was made from; caption: where the caption is or should be, None where
    captions are not asked for; row: its truth; settings: by axis, as truth or caption state them; seen: those of them
    that the picture shows; expected: captions that are right word for word; size: the pixels that it was made with;
    crop: the part of the print that it shows (left, top, right, bottom), None for all; text: the caption.
    """

    id: str
    file: str
    folder: Path
    picture: Path
    drawn: Path | None = None
    caption: Path | None = None
    row: Row | None = None
    settings: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    expected: tuple[str, ...] = ()
    trigger: str | None = None
    size: tuple[int, int] | None = None
    crop: tuple[int, int, int, int] | None = None
    text: str | None = None


@dataclass(frozen=True)
class Collection:
    """All that is to be checked. ours: whether it was made here, with truth; left_out: sentences on files passed by."""

    folder: Path
    entries: tuple[Entry, ...]
    ours: bool
    left_out: tuple[str, ...] = ()
