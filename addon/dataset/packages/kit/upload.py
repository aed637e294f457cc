# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as upload pages take them, in ZIPs as large as they take them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from PIL import Image

from .contents import Contents, Picture
from .parcel import Source

# What upload pages take (Civitai; a notebook's upload button): files in a ZIP, bytes a file, pixels a side.
MAX_FILES = 1000
MAX_BYTES = 10_000_000
MAX_SIDE = 2048
#: Beside the pictures: README, card, manifest, provenance, sums, with some room.
_OTHERS = 16


def parts(pictures: Sequence[Picture]) -> list[Sequence[Picture]]:
    """The pictures in portions that make at most MAX_FILES files with their captions."""
    size = (MAX_FILES - _OTHERS) // 2
    return [pictures[start : start + size] for start in range(0, len(pictures), size)]


def light_parts(dataset: Contents, most: int) -> Iterator[list[Picture]]:
    """The pictures in portions of at most `most` bytes, or of one."""
    portion: list[Picture] = []
    weight = 0
    for picture in dataset.pictures:
        size = min(dataset.file(picture.file).path.stat().st_size, MAX_BYTES)
        if portion and weight + size > most:
            yield portion
            portion, weight = [], 0
        portion.append(picture)
        weight += size
    if portion:
        yield portion


def flat(dataset: Contents, pictures: Sequence[Picture], captions: bool) -> dict[str, Source]:
    """Pictures, and their captions, by bare name."""
    files: dict[str, Source] = {}
    for picture in pictures:
        name, source = upload(dataset, picture)
        files[name] = source
        if captions:
            files[f"{picture.stem}.txt"] = dataset.file(picture.caption)
    return files


def upload(dataset: Contents, picture: Picture) -> tuple[str, Source]:
    """A picture's name and content: the file itself if pages take it, else one made from it that they do."""
    file = dataset.file(picture.file)
    heavy = file.path.stat().st_size >= MAX_BYTES if file.path.is_file() else False
    if max(picture.size) <= MAX_SIDE and not heavy:
        return picture.name, file
    _, suffix = _lighter(file.read())  # decides the name now; made again when its turn comes, so that nothing is held
    return str(PurePosixPath(picture.name).with_suffix(suffix)), lambda: _lighter(file.read())[0]


def _lighter(data: bytes) -> tuple[bytes, str]:
    """Scaled to what pages take, and as JPEG if it is still too heavy."""
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    for suffix, options in ((".png", {}), (".jpg", {"quality": 95, "subsampling": 0}), (".jpg", {"quality": 80})):
        stream = io.BytesIO()
        picture.save(stream, "PNG" if suffix == ".png" else "JPEG", **options)
        if stream.tell() < MAX_BYTES:
            break
    return stream.getvalue(), suffix
