# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures put on backgrounds: straight alpha, in linear light, so that hair edges show neither halo nor fringe."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from ..common.errors import InputError
from ..common.files import dumps
from ..plan.settings import Setting, setting
from .intake import SUFFIXES, open_picture, walk_pictures
from .light import resampled, to_linear, to_srgb


def composite(picture: Image.Image, background: Setting, photo: Path | None = None) -> Image.Image:
    """An RGBA picture (straight alpha) on a background: RGB, or RGBA for a clear one.

    photo: the user's picture for a background of kind folder.
    """
    rgba = np.asarray(picture.convert("RGBA"))
    kind = background.geometry["kind"]
    if kind == "clear":
        return Image.fromarray(_hide(rgba, trained_on(background)))
    out = _behind(background, photo, picture.size).copy()
    alpha = np.ascontiguousarray(rgba[..., 3])
    solid = alpha == 255
    for channel in range(3):  # one by one takes a quarter of the time
        np.copyto(out[..., channel], rgba[..., channel], where=solid)
    edge = np.divmod(np.flatnonzero((alpha > 0) & ~solid), alpha.shape[1])
    share = alpha[edge][:, None].astype(np.float32) / 255
    # A gradient's own fineness counts where something shows through, elsewhere its 8 bits are what is seen.
    noise: np.ndarray | float = 0.0
    if kind == "gradient":
        behind, noise = _gradient(edge[1], edge[0], picture.size, background.geometry)
    else:
        behind = to_linear(out[edge])
    out[edge] = to_srgb(to_linear(rgba[..., :3][edge]) * share + behind * (1 - share), noise)
    return Image.fromarray(out)


def _behind(background: Setting, photo: Path | None, size: tuple[int, int]) -> np.ndarray:
    """The background alone, uint8 HxWx3 of `size` (width, height); not to be written into."""
    row = background.geometry
    if row["kind"] in ("flat", "gradient"):
        return _backdrop(size, dumps(row))
    if photo is None:
        raise InputError("background folder: no folder of pictures given. Add --backgrounds FOLDER.")
    return _photo(photo, size)


@lru_cache(maxsize=8)
def _backdrop(size: tuple[int, int], geometry: str) -> np.ndarray:
    """A plain background's picture: the same for every shot of a size."""
    row = json.loads(geometry)
    if row["kind"] == "flat":
        return np.asarray(Image.new("RGB", size, tuple(row["colour"])))
    across, down = np.arange(size[0])[None, :], np.arange(size[1])[:, None]
    return to_srgb(*_gradient(across, down, size, row))


def trained_on(background: Setting) -> Setting:
    """The background that the training picture has: for a clear one the colour that it is flattened onto."""
    return setting("background", background.geometry.get("trained_on", background.name))


def photos(folder: str | Path | None) -> list[Path]:
    """The pictures of a user's folder of backgrounds (not of folders in it), by name.

    Raises InputError when there are none, and for one that can't be taken safely (see intake.walk_pictures).
    """
    if not folder:
        raise InputError("background folder: no folder of pictures given. Add --backgrounds FOLDER.")
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of backgrounds. Check --backgrounds.")
    walk = walk_pictures(folder, deep=False)
    if walk.left_out:
        raise InputError(f"{folder}: {walk.left_out[0]}")
    if not walk.pictures:
        raise InputError(f"{folder}: holds no pictures ({', '.join(SUFFIXES)}). Put some in, or choose another folder.")
    return list(walk.pictures)


def _hide(rgba: np.ndarray, under: Setting) -> np.ndarray:
    """Colour what no alpha shows like the background to be: readers that drop alpha then see no black."""
    out = rgba.copy()
    out[rgba[..., 3] == 0, :3] = under.geometry["colour"]
    return out


def _gradient(x: np.ndarray, y: np.ndarray, size: tuple[int, int], row: dict) -> tuple[np.ndarray, np.ndarray]:
    """A backdrop lit in its middle at pixels (x, y): linear, ...x3, and the noise against bands, in codes, ...x1."""
    width, height = size
    across = ((x + 0.5) / width - row["centre"][0]) * width / max(size)
    down = ((y + 0.5) / height - row["centre"][1]) * height / max(size)
    distance = np.clip(np.hypot(across, down) / row["reach"], 0, 1)
    share = (distance * distance * (3 - 2 * distance))[..., None]
    inner, outer = (np.array(row[name], np.float64) / 255 for name in ("inner", "outer"))
    encoded = inner + (outer - inner) * share
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32), _dither(x, y)


def _dither(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Interleaved gradient noise (Jimenez 2014) at pixels (x, y), within half a code: no seed, the same everywhere.

    Just under half, so that a value which is a whole code already stays that code.
    """
    grid = 0.06711056 * x + 0.00583715 * y
    return ((52.9829189 * (grid % 1)) % 1 - 0.5)[..., None] * 0.98


def _photo(path: Path, size: tuple[int, int]) -> np.ndarray:
    """A user's picture, upright, opaque, cropped around its middle to fill `size` (uint8 HxWx3)."""
    picture = open_picture(path)
    if picture.mode == "RGBA":
        picture = composite(picture, setting("background", "neutral_grey"))
    scale = min(picture.width / size[0], picture.height / size[1])
    if scale >= 2.5:  # a camera's: what is near its size is plenty for the last step, in which light counts
        picture = picture.reduce(int(scale / 1.25))
        scale = min(picture.width / size[0], picture.height / size[1])
    width, height = (min(whole, max(1, round(side * scale))) for whole, side in zip(picture.size, size, strict=True))
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return resampled(np.asarray(picture), (left, top, left + width, top + height), size)
