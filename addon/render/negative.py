# SPDX-License-Identifier: GPL-3.0-or-later
"""A negative: what a take leaves on disk, enough to develop prints in any mixture of its lights.

One OpenEXR file of half floats, cut out around the character. Channels: R G B A (the sum of all lights as rendered,
premultiplied), one GROUP.R .G .B for each lamp, `world` and, where something else shines, `residual`; albedo.R .G .B
and normal.X .Y .Z, both denoised; depth.Z and depth.rest, whose sum is the depth (a half float alone would be 1 mm
out at 2 m). Its header says what it is: see Negative.header.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
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
FORMAT = 1
#: The largest half float.
LARGEST = 65504.0
RGB, XYZ = "RGB", "XYZ"
#: Names that are no groups of light.
GUIDES = {"albedo": RGB, "normal": XYZ}
RENDERED_AGAIN = "`modelsheet relight` with --render photographs it again."

Header = dict[str, Any]


class BadNegative(WorkError):
    """A negative that must not be printed from; the take has to be photographed again."""


@dataclass(frozen=True)
class Negative:
    """header: {"key", "units": {group: brightness at which it was lit}, "truth", "software"}; the file adds format,
    version, size, crop and the pixels' hash.

    groups: name -> (H, W, 3) premultiplied linear Rec.709; alpha: (H, W); albedo, normal (camera space: right, up,
    towards the camera): (H, W, 3), denoised, or None where the engine gives none; depth: (H, W) along the view axis,
    in camera distances (truth's camera.distance), 0 where nothing is. All float32 with the values of half floats, so
    that a print developed at once and one developed from the file are the same.
    crop: x0, y0, x1, y1 in pixels from the top left corner of a picture of `size`.
    """

    header: Header
    groups: Mapping[str, np.ndarray]
    alpha: np.ndarray
    albedo: np.ndarray | None
    normal: np.ndarray | None
    depth: np.ndarray
    crop: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def units(self) -> dict[str, float]:
        """Brightness at which each group was lit."""
        return self.header["units"]


def half(pixels: np.ndarray) -> np.ndarray:
    """float32 with the values that half floats can hold; nothing infinite or undefined is left."""
    with np.errstate(over="ignore"):
        small = pixels.astype(np.float16)
    if not np.isfinite(small).all():
        small = np.nan_to_num(small, nan=0.0, posinf=LARGEST, neginf=-LARGEST)
    return small.astype(np.float32)


def twice_half(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of half-float values whose sum has the precision of both."""
    rough = half(pixels)
    return rough, half(pixels - rough)


def write_negative(path: Path, negative: Negative) -> None:
    """Write it whole. Raises WorkError in plain words when the disk is full or the folder can't be written."""
    names, pixels = _channels(negative)
    header = {
        "format": FORMAT, "modelsheet": VERSION, **negative.header, "size": list(negative.size),
        "crop": list(negative.crop), "pixels": sha256_bytes(pixels.tobytes()),
    }  # fmt: skip
    with whole(path) as part:
        write_exr(part, names, pixels, negative.crop[:2], negative.size, dumps(header))


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
        names, pixels = order, pixels[..., [names.index(name) for name in order]]
    if (list(crop), list(size)) != (header["crop"], header["size"]) or sha256_bytes(pixels.tobytes()) != header[
        "pixels"
    ]:
        raise _damaged(path, "its pixels are not those that were written")
    layers = _Layers(names, pixels)
    if not header["units"].keys() <= layers.keys():
        raise _damaged(path, "it does not hold the lamps that it names")
    groups = layers.only([*header["units"], *([RESIDUAL] if RESIDUAL in layers else [])])
    guides = {name: layers.get(name) for name in GUIDES}
    depth = layers.channel("depth.Z") + layers.channel("depth.rest")
    return Negative(header, groups, layers.channel("A"), guides["albedo"], guides["normal"], depth, crop, size)


class _Layers(Mapping[str, np.ndarray]):
    """Layers of three channels as (H, W, 3) float32, cut out of all channels when they are asked for."""

    def __init__(self, names: tuple[str, ...], pixels: np.ndarray, chosen: list[str] | None = None) -> None:
        first = [name[:-2] for name in names if name[-2:] in (".R", ".X")]
        self._names, self._pixels = names, pixels
        self._chosen = first if chosen is None else chosen

    def only(self, chosen: list[str]) -> _Layers:
        """Some of them."""
        return _Layers(self._names, self._pixels, chosen)

    def channel(self, name: str) -> np.ndarray:
        """One channel, (H, W) float32."""
        return self._pixels[..., self._names.index(name)].astype(np.float32)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._chosen:
            raise KeyError(name)
        first = self._names.index(f"{name}.{GUIDES.get(name, RGB)[0]}")
        return self._pixels[..., first : first + 3].astype(np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._chosen)

    def __len__(self) -> int:
        return len(self._chosen)


def _channels(negative: Negative) -> tuple[tuple[str, ...], np.ndarray]:
    """All channels by name, in the file's order, and their (H, W, C) half floats."""
    layers: dict[str, tuple[str, np.ndarray]] = {name: (RGB, pixels) for name, pixels in negative.groups.items()}
    guides = {"albedo": negative.albedo, "normal": negative.normal}
    layers |= {name: (GUIDES[name], pixels) for name, pixels in guides.items() if pixels is not None}
    singles = dict(zip(("depth.Z", "depth.rest"), twice_half(negative.depth), strict=True))
    names = _ordered(
        ["R", "G", "B", "A", *singles, *(f"{name}.{axis}" for name, (axes, _) in layers.items() for axis in axes)]
    )
    pixels = np.empty((*negative.alpha.shape, len(names)), np.float16)
    total = np.zeros((*negative.alpha.shape, 3), np.float32)
    for group in negative.groups.values():
        total += group
    pixels[..., :3], pixels[..., 3] = half(total), negative.alpha
    for name, (axes, layer) in layers.items():
        first = names.index(f"{name}.{axes[0]}")
        pixels[..., first : first + 3] = layer
    for name, channel in singles.items():
        pixels[..., names.index(name)] = channel
    return names, pixels


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    """The order of channels in which OpenImageIO gives them: RGBA, then layer by layer, each in its own order."""
    parted = {name: name.rpartition(".") for name in names}
    return tuple(sorted(names, key=lambda name: (parted[name][0], f"RGBA{XYZ}".find(parted[name][2]) % 99, name)))


def _checked(path: Path, text: str) -> Header:
    try:
        header = json.loads(text)
        known = header["format"] == FORMAT and {"key", "units", "truth", "pixels"} <= header.keys()
    except (ValueError, KeyError, TypeError):
        raise BadNegative(f"{path}: no negative of ours. Move it out of this folder. {RENDERED_AGAIN}") from None
    if not known:
        version = header.get("modelsheet", "another version")
        raise BadNegative(f"{path}: a negative of Modelsheet {version}, which this one can't print. {RENDERED_AGAIN}")
    return header


def _damaged(path: Path, why: str) -> BadNegative:
    return BadNegative(f"{path}: a damaged negative ({why.strip()}). {RENDERED_AGAIN}")
