# SPDX-License-Identifier: GPL-3.0-or-later
"""Anybody's folder has no dataset that is made anew: what was rejected there is put aside, if the person says so."""

from __future__ import annotations

from pathlib import Path

from ..common.errors import WorkError
from ..common.files import describe_os_error
from ..dataset.review.form import Review
from .album import Album
from .texts import caption_file

#: What lies beside a picture and belongs to it: OneTrainer's masks, and other tools' captions and notes.
_BESIDE = ("-masklabel.png", ".caption", ".json", ".npz")


def aside(folder: Path) -> Path:
    """Where rejected pictures are put: beside the folder, so that no trainer finds them in it."""
    whole = folder.resolve()
    return whole.with_name(f"{whole.name}-rejected") if whole.name else whole / "rejected"


def rejected(album: Album, review: Review) -> list[str]:
    """The pictures that would be put aside."""
    names = (name for name in album.cards if review.verdict(name) == "rejected")
    return [name for name in names if album.cards[name].entry.picture.is_file()]


def put_aside(album: Album, review: Review) -> Path | None:
    """Move the rejected pictures of anybody's folder, with their captions, beside it; the place, None for none.

    Nothing there is overwritten. Raises WorkError; what was moved until then is whole.
    """
    names = [] if album.ours else rejected(album, review)
    place = aside(album.folder)
    staying = {_stem(card.entry.picture) for name, card in album.cards.items() if name not in names}
    for name in names:
        picture = album.cards[name].entry.picture
        beside = [caption_file(album.cards[name].entry), *(picture.with_name(picture.stem + end) for end in _BESIDE)]
        # The picture last: a killed run is gone on with. What it shares with one that stays (1.png, 1.jpg) stays too.
        for path in (*(() if _stem(picture) in staying else beside), picture):
            _move(path, album.folder, place)
    return place if names else None


def _stem(picture: Path) -> Path:
    return picture.with_suffix("")


def _move(path: Path, folder: Path, place: Path) -> None:
    if not path.is_file() and not path.is_symlink():
        return
    target = place / path.relative_to(folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists():
            number += 1
            target = target.with_name(f"{path.stem}-{number}{path.suffix}")
        path.rename(target)
    except OSError as error:
        raise WorkError(describe_os_error(target, error)) from error
