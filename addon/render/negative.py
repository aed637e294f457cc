# SPDX-License-Identifier: GPL-3.0-or-later
"""A negative: what a take leaves on disk, enough to develop prints in any mixture of its lights.

One OpenEXR file of half floats, cut out around the character. Channels: R G B A (the sum of all lights as rendered,
premultiplied), one GROUP.R .G .B for each lamp, `world` and, where something else shines, `residual`; albedo.R .G .B
(denoised) and normal.X .Y .Z; depth.Z and depth.rest, whose sum is the depth (a half float alone would be 1 mm
out at 2 m). Its header says what it is: see Negative.header.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..common.errors import WorkError
from ..common.files import dumps, sha256_bytes, whole
from ..common.version import VERSION
from ..plan.gains import RESIDUAL
from .exr import ExrError, read_header, read_parts, write_exr

#: Raise it when files of before can't be understood any more.
FORMAT = 2
#: The largest half float.
LARGEST = 65504.0
#: Rows of a picture that are turned to half floats at a time.
BLOCK = 16
RGB, XYZ = "RGB", "XYZ"
#: Names that are no groups of light.
GUIDES = {"albedo": RGB, "normal": XYZ}
RENDERED_AGAIN = "`modelsheet relight` with --render photographs it again."

Header = dict[str, Any]


class BadNegative(WorkError):
    """A negative that must not be printed from; the take has to be photographed again."""


@dataclass(frozen=True)
class Negative:
    """header: {"key", "lightings": those for which it was made, "units": {group: brightness at which it was lit},
    "truth", "software"}; the file adds format, version, size, crop and the pixels' hash.

    names, pixels: the channels in the file's order, and their (H, W, C) half floats. All that is cut out of them is
    float32 with the values of half floats, so that a print developed at once and one developed from the file are the
    same. crop: x0, y0, x1, y1 in pixels from the top left corner of a picture of `size`.
    """

    header: Header
    names: tuple[str, ...]
    pixels: np.ndarray
    crop: tuple[int, int, int, int]
    size: tuple[int, int]

    @classmethod
    def of(
        cls,
        header: Header,
        groups: Mapping[str, np.ndarray],
        guides: Mapping[str, np.ndarray],
        alpha: np.ndarray,
        depth: np.ndarray,
        crop: tuple[int, int, int, int],
        size: tuple[int, int],
    ) -> Negative:
        """Of float32 arrays: see the properties below. Nothing infinite or undefined is left in it."""
        with np.errstate(over="ignore"):  # what is too large for a half float ends below
            rough = depth.astype(np.float16)
        singles = {"A": alpha, "depth.Z": rough, "depth.rest": depth - rough}
        layers = {name: (RGB, pixels) for name, pixels in groups.items()}
        layers |= {name: (GUIDES[name], pixels) for name, pixels in guides.items()}
        layered = [f"{name}.{axis}" for name, (axes, _) in layers.items() for axis in axes]
        names = _ordered([*RGB, *singles, *layered])
        pixels = np.empty((*alpha.shape, len(names)), np.float16)
        places = [(names.index(f"{name}.{axes[0]}"), layer) for name, (axes, layer) in layers.items()]
        lone = [(names.index(name), layer) for name, layer in singles.items()]
        with np.errstate(over="ignore"):
            for rows in _blocks(len(alpha)):  # so many as stay in the processor's cache
                part = pixels[rows]
                part[..., :3] = sum(layer[rows] for layer in groups.values())
                for place, layer in places:
                    part[..., place : place + 3] = layer[rows]
                for place, layer in lone:
                    part[..., place] = layer[rows]
                if not np.isfinite(part).all():
                    part[...] = np.nan_to_num(part, nan=0.0, posinf=LARGEST, neginf=-LARGEST)
        return cls(header, names, pixels, crop, size)

    @property
    def lightings(self) -> list[str]:
        """The lightings for which it was made; with their lamps others can be mixed too."""
        return self.header["lightings"]

    @property
    def units(self) -> dict[str, float]:
        """Brightness at which each group was lit."""
        return self.header["units"]

    @property
    def groups(self) -> Mapping[str, np.ndarray]:
        """Name -> (H, W, 3) premultiplied linear Rec.709."""
        return _Layers(self.names, self.pixels, [*self.units, *([RESIDUAL] if f"{RESIDUAL}.R" in self.names else [])])

    @property
    def alpha(self) -> np.ndarray:
        """(H, W)."""
        return self._channel("A")

    @property
    def albedo(self) -> np.ndarray | None:
        """(H, W, 3), denoised; None where the engine gives none."""
        return self._guide("albedo")

    @property
    def normal(self) -> np.ndarray | None:
        """(H, W, 3) in camera space: right, up, towards the camera; None where the engine gives none."""
        return self._guide("normal")

    @property
    def depth(self) -> np.ndarray:
        """(H, W) along the view axis, in camera distances (truth's camera.distance), 0 where nothing is."""
        return self._channel("depth.Z") + self._channel("depth.rest")

    def _guide(self, name: str) -> np.ndarray | None:
        return _Layers(self.names, self.pixels, [*GUIDES]).get(name)

    def _channel(self, name: str) -> np.ndarray:
        return self.pixels[..., self.names.index(name)].astype(np.float32)


def write_negative(path: Path, negative: Negative) -> None:
    """Write it whole. Raises WorkError in plain words when the disk is full or the folder can't be written."""
    header = {
        "format": FORMAT, "modelsheet": VERSION, **negative.header, "size": list(negative.size),
        "crop": list(negative.crop), "pixels": _hash(negative.pixels),
    }  # fmt: skip
    with whole(path) as part:
        write_exr(part, negative.names, negative.pixels, negative.crop[:2], negative.size, dumps(header))


def negative_header(path: Path) -> Header:
    """What a negative says of itself, without its pixels. Raises BadNegative."""
    try:
        text, _crop, _size = read_header(path)
    except ExrError as error:
        raise _damaged(path, str(error)) from error
    return _checked(path, text)


def read_negative(path: Path, key: str | None = None) -> Negative:
    """Read a negative and prove that it is whole and, if `key` is given, the one that is meant. Raises BadNegative."""
    try:
        parts, text, crop, size = read_parts(path, "half")
    except ExrError as error:
        raise _damaged(path, str(error)) from error
    header = _checked(path, text)
    if key is not None and header["key"] != key:
        raise BadNegative(f"{path}: the negative of another character, shot or version. {RENDERED_AGAIN}")
    names, pixels = parts[0]
    if names != (order := _ordered(names)):
        names, pixels = order, np.ascontiguousarray(pixels[..., [names.index(name) for name in order]])
    if (list(crop), list(size)) != (header["crop"], header["size"]) or _hash(pixels) != header["pixels"]:
        raise _damaged(path, "its pixels are not those that were written")
    if not {f"{name}.R" for name in header["units"]} <= set(names):
        raise _damaged(path, "it does not hold the lamps that it names")
    return Negative(header, names, pixels, crop, size)


class _Layers(Mapping[str, np.ndarray]):
    """Layers of three channels as (H, W, 3) float32, cut out of all channels when they are asked for."""

    def __init__(self, names: tuple[str, ...], pixels: np.ndarray, chosen: Sequence[str]) -> None:
        first = {name: f"{name}.{GUIDES.get(name, RGB)[0]}" for name in chosen}
        self._places = {name: names.index(channel) for name, channel in first.items() if channel in names}
        self._pixels = pixels

    def __getitem__(self, name: str) -> np.ndarray:
        first = self._places[name]
        return self._pixels[..., first : first + 3].astype(np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def _blocks(rows: int) -> Iterator[slice]:
    for first in range(0, rows, BLOCK):
        yield slice(first, first + BLOCK)


def _hash(pixels: np.ndarray) -> str:
    return sha256_bytes(memoryview(pixels).cast("B"))


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    """The order of channels in which OpenImageIO gives them: RGBA, then layer by layer, each in its own order."""
    parted = {name: name.rpartition(".") for name in names}
    return tuple(sorted(names, key=lambda name: (parted[name][0], f"RGBA{XYZ}".find(parted[name][2]) % 99, name)))


def _checked(path: Path, text: str) -> Header:
    try:
        header = json.loads(text)
        known = header["format"] == FORMAT and {"key", "lightings", "units", "truth", "pixels"} <= header.keys()
    except (ValueError, KeyError, TypeError):
        raise BadNegative(f"{path}: no negative of ours. Move it out of this folder. {RENDERED_AGAIN}") from None
    if not known:
        version = header.get("modelsheet", "another version")
        raise BadNegative(f"{path}: a negative of Modelsheet {version}, which this one can't print. {RENDERED_AGAIN}")
    return header


def _damaged(path: Path, why: str) -> BadNegative:
    return BadNegative(f"{path}: a damaged negative ({why.strip()}). {RENDERED_AGAIN}")
