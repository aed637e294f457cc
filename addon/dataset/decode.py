# SPDX-License-Identifier: GPL-3.0-or-later
"""A decoded picture in the one form that the rest works on: upright, sRGB, 8-bit RGB or RGBA, nothing else attached."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms, ImageOps

#: Of EXIF, the tag for how the camera was held.
_ORIENTATION = 0x0112
_SRGB = ImageCms.createProfile("sRGB")
#: Pixel modes that need no profile's help to become RGB.
_GREY_16 = ("I;16", "I;16B", "I;16L", "I;16N", "I")


def normalised(opened: Image.Image) -> Image.Image:
    """An opened picture, decoded: mode RGB, or RGBA where it has transparency; sRGB; upright; without metadata.

    Raises whatever the decoder raises at a damaged file, and ValueError for numbers that are no colours (float, LAB).
    """
    opened.load()
    if opened.mode in ("F", "LAB", "HSV"):
        raise ValueError(f"pixels of mode {opened.mode}")
    profile = opened.info.get("icc_profile")
    if opened.mode in ("RGB", "RGBA") and not profile and not _turned(opened) and "transparency" not in opened.info:
        opened.info = {}  # where profile and metadata are: nothing but pixels is left, and these need no copy
        return opened
    picture = _eight_bit(ImageOps.exif_transpose(opened))
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    colours = _srgb(picture, profile) if profile else picture.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    colours.info = {}
    return colours


def _turned(picture: Image.Image) -> bool:
    return picture.getexif().get(_ORIENTATION, 1) != 1


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit grey scaled to 8 bits: Pillow would clip it."""
    if picture.mode not in _GREY_16:
        return picture
    values = np.asarray(picture).astype(np.int64)
    return Image.fromarray(np.clip(np.rint(values / 257), 0, 255).astype(np.uint8))


def _srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Colours from the picture's own profile to sRGB; a broken or foreign profile is passed over, as viewers do."""
    plain = picture if picture.mode in ("L", "CMYK") else picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if (source.profile.profile_description or "").startswith("sRGB") and plain.mode == "RGB":
            return plain.copy()
        return ImageCms.profileToProfile(plain, source, _SRGB, outputMode="RGB") or plain.convert("RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return plain.convert("RGB")
