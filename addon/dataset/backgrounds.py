# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures put on backgrounds: straight alpha, in linear light, so that hair edges show neither halo nor fringe."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ..common.errors import InputError
from ..plan.settings import Setting, setting

#: What a user's folder of backgrounds may hold.
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")

_CODES = np.arange(256, dtype=np.float64) / 255
# IEC 61966-2-1, sRGB to linear, for each 8-bit code.
_TO_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_linear(codes: np.ndarray) -> np.ndarray:
    """8-bit sRGB codes (any shape, uint8) to linear light 0..1 (float32)."""
    return _TO_LINEAR[codes]


def to_srgb(linear: np.ndarray, noise: np.ndarray | float = 0.0) -> np.ndarray:
    """Linear light to 8-bit sRGB codes (IEC 61966-2-1); `noise`, in codes, is added before rounding."""
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.clip(np.rint(encoded * 255 + noise), 0, 255).astype(np.uint8)


def composite(picture: Image.Image, background: Setting, photo: Path | None = None) -> Image.Image:
    """An RGBA picture (straight alpha) on a background: RGB, or RGBA for a clear one.

    photo: the user's picture for a background of kind folder.
    """
    rgba = np.asarray(picture.convert("RGBA"))
    kind = background.geometry["kind"]
    if kind == "clear":
        return Image.fromarray(_hide(rgba, trained_on(background)))
    noise: np.ndarray | float = 0.0
    if kind == "flat":
        behind = to_linear(np.array(background.geometry["colour"], np.uint8))
    elif kind == "gradient":
        behind, noise = _gradient(rgba.shape[1], rgba.shape[0], background.geometry)
    else:
        if photo is None:
            raise InputError("background folder: no folder of pictures given. Add --backgrounds FOLDER.")
        behind = to_linear(_photo(photo, picture.size))
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return Image.fromarray(to_srgb(to_linear(rgba[..., :3]) * alpha + behind * (1 - alpha), noise))


def trained_on(background: Setting) -> Setting:
    """The background that the training picture has: for a clear one the colour that it is flattened onto."""
    return setting("background", background.geometry.get("trained_on", background.name))


def photos(folder: str | Path | None) -> list[Path]:
    """The pictures of a user's folder of backgrounds, by name. Raises InputError when there are none."""
    if not folder:
        raise InputError("background folder: no folder of pictures given. Add --backgrounds FOLDER.")
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of backgrounds. Check --backgrounds.")
    found = [p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file() and p.name[0] != "."]
    if not found:
        raise InputError(f"{folder}: holds no pictures ({', '.join(SUFFIXES)}). Put some in, or choose another folder.")
    return sorted(found, key=lambda path: path.name)


def _hide(rgba: np.ndarray, under: Setting) -> np.ndarray:
    """Colour what no alpha shows like the background to be: readers that drop alpha then see no black."""
    out = rgba.copy()
    out[rgba[..., 3] == 0, :3] = under.geometry["colour"]
    return out


def _gradient(width: int, height: int, row: dict) -> tuple[np.ndarray, np.ndarray]:
    """A backdrop lit in its middle (linear, HxWx3), and the noise against bands that its quantising needs."""
    x, y = (np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height
    across = (x - row["centre"][0]) * width / max(width, height)
    down = (y - row["centre"][1]) * height / max(width, height)
    distance = np.clip(np.hypot(across[None, :], down[:, None]) / row["reach"], 0, 1)
    share = (distance * distance * (3 - 2 * distance))[..., None]
    inner, outer = (np.array(row[name], np.float64) / 255 for name in ("inner", "outer"))
    encoded = inner + (outer - inner) * share
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return linear.astype(np.float32), _dither(width, height)


def _dither(width: int, height: int) -> np.ndarray:
    """Interleaved gradient noise (Jimenez 2014), HxWx1, within half a code: no seed, the same everywhere.

    Just under half, so that a value which is a whole code already stays that code.
    """
    grid = 0.06711056 * np.arange(width)[None, :] + 0.00583715 * np.arange(height)[:, None]
    return ((52.9829189 * (grid % 1)) % 1 - 0.5)[..., None] * 0.98


def _photo(path: Path, size: tuple[int, int]) -> np.ndarray:
    """A user's picture, upright, opaque, cropped around its middle to fill `size` (uint8 HxWx3)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as opened:
                upright = ImageOps.exif_transpose(opened)
                if upright.has_transparency_data:
                    upright = composite(upright, setting("background", "neutral_grey"))
                fitted = ImageOps.fit(upright.convert("RGB"), size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InputError(f"{path}: can't be read as a picture ({error}). Remove it from the folder.") from error
    return np.asarray(fitted)
