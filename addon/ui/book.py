# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished set as the sidebar reviews it: picture by picture, with its caption and what the person said of it.

Reads plain files, and writes through the store that the review page uses too (dataset/review). Never imports bpy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.files import sha256_bytes
from ..dataset.layout import FINAL, PROCESSED, RAW
from ..dataset.review.form import Edit, Review
from ..dataset.review.store import Store

#: Larger is no set of ours.
MOST_BYTES = 256 << 20
BY = "sidebar"


@dataclass(frozen=True)
class Page:
    """One picture. caption: as the dataset has it now; there: whether the dataset has the picture; made: its print's
    hash; seen: hash of the caption's file."""

    id: str
    picture: Path
    caption: str
    there: bool
    made: str | None
    seen: str | None


@dataclass(frozen=True)
class Book:
    """All pictures of a set, in its order. problem: why there is nothing to review, "" where there is."""

    pages: tuple[Page, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Edition:
    """A set as it was made last."""

    out: Path
    stamp: tuple[int, ...]


def edition(out: Path) -> Edition:
    """Of the set in a folder; quick."""
    files = (out / FINAL / "manifest.json", out / RAW / "shots.jsonl", out / PROCESSED / "pictures.jsonl")
    return Edition(out, tuple(_changed(path) for path in files))


def read_book(wanted: Edition) -> Book:
    """The pictures of a set. Takes as long as its captions take to read."""
    out = wanted.out
    try:
        rows = [json.loads(line) for line in _text(out / RAW / "shots.jsonl").splitlines() if line.strip()]
        manifest = json.loads(_text(out / FINAL / "manifest.json"))
        listed = {str(row["id"]): row for row in manifest.get("pictures", ())}
        pages = tuple(_page(out, row, listed) for row in rows)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return Book(problem="There is no finished dataset in the output folder that could be reviewed.")
    return Book(pages, "" if pages else "The set in the output folder has no pictures.")


def _page(out: Path, row: Mapping[str, Any], listed: Mapping[str, Mapping[str, Any]]) -> Page:
    name = str(row["id"])
    told = listed.get(name)
    processed = out / PROCESSED / f"{name}.png"
    raw = out / RAW / Path(str(row["file"])).name
    picture = processed if processed.is_file() else raw
    data = _caption(out, told)
    return Page(
        id=name,
        picture=picture,
        caption=" ".join(data.decode(errors="replace").split()),
        there=told is not None,
        made=str(row["sha256"]) if row.get("sha256") else None,
        seen=sha256_bytes(data) if data else None,
    )


def _caption(out: Path, told: Mapping[str, Any] | None) -> bytes:
    if told is None or not isinstance(told.get("caption"), str):
        return b""
    path = (out / FINAL / told["caption"]).resolve()
    if not path.is_relative_to((out / FINAL).resolve()) or not path.is_file() or path.stat().st_size > 1 << 16:
        return b""
    return path.read_bytes()


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError("too large")
    return path.read_text(encoding="utf-8", errors="replace")


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


class Reader:
    """Where in a book the user is, and what they say of its pages."""

    def __init__(self) -> None:
        self.at = 0
        self._store: Store | None = None
        self._out: Path | None = None

    def page(self, book: Book) -> Page | None:
        """The open page."""
        if not book.pages:
            return None
        self.at = max(0, min(self.at, len(book.pages) - 1))
        return book.pages[self.at]

    def turn(self, out: Path, book: Book, by: int) -> None:
        """Some pages on in the set of a folder, around the end."""
        self.review(out)
        if book.pages:
            self.at = (self.at + by) % len(book.pages)

    def review(self, out: Path) -> Review:
        """What has been said of the set. Raises InputError for a review that is not ours."""
        if self._store is None or self._out != out:
            self._store, self._out, self.at = Store(out), out, 0
        return self._store.get()

    def say(self, out: Path, page: Page, edit: dict[str, Any]) -> None:
        """Write what the person says of a page: text or verdict. Raises InputError, Stale where another wrote it."""
        review = self.review(out)
        assert self._store is not None
        marks = {"print": page.made, "seen": page.seen}
        self._store.change({page.id: Edit(**edit, **marks)}, review.revision, by=BY)

    def undo(self, out: Path) -> bool:
        """Take the last change of the sidebar's back; whether there was one."""
        self.review(out)
        assert self._store is not None
        return self._store.undo(BY) is not None


def waiting(book: Book, review: Review) -> int:
    """How many pages the dataset doesn't have yet as the person wants them."""
    return sum(_waits(page, review) for page in book.pages)


def _waits(page: Page, review: Review) -> bool:
    if review.verdict(page.id, page.made) == "rejected":
        return page.there
    text = review.text(page.id)
    return page.there and text is not None and text != page.caption


def tally(book: Book, review: Review) -> str:
    """`3 accepted, 1 rejected, 36 to look at`."""
    verdicts = [review.verdict(page.id, page.made) for page in book.pages]
    left = verdicts.count(None)
    return f"{verdicts.count('accepted')} accepted, {verdicts.count('rejected')} rejected, {left} to look at"
