# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures spoiled on purpose: every fault that the checks look for, in a given strength, the same each time.

A spoiler takes an RGB picture of 8 bits and its subject's mask (L), and gives the spoiled picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

Spoiler = Callable[[Image.Image, Image.Image, float], Image.Image]


def _random(strength: float) -> np.random.Generator:
    return np.random.default_rng(round(1000 * strength))


def _ground(picture: Image.Image) -> tuple[int, ...]:
    """The background's colour, in a corner above."""
    colour = picture.getpixel((1, 1))
    return tuple(int(part) for part in colour)  # type: ignore[union-attr]


def blur(picture: Image.Image, _mask: Image.Image, pixels: float) -> Image.Image:
    """Out of focus: a Gaussian."""
    return picture.filter(ImageFilter.GaussianBlur(pixels))


def motion(picture: Image.Image, _mask: Image.Image, pixels: float) -> Image.Image:
    """The camera moved to the side."""
    values, wide = np.asarray(picture, np.float32), int(pixels)
    padded = np.pad(values, ((0, 0), (wide // 2, wide - wide // 2 - 1), (0, 0)), "edge")
    return Image.fromarray((sum(padded[:, i : i + values.shape[1]] for i in range(wide)) / wide).astype(np.uint8))


def enlarged(picture: Image.Image, _mask: Image.Image, factor: float) -> Image.Image:
    """A small picture made large again."""
    small = picture.resize((round(picture.width / factor), round(picture.height / factor)), Image.Resampling.LANCZOS)
    return small.resize(picture.size, Image.Resampling.BICUBIC)


def noise(picture: Image.Image, _mask: Image.Image, codes: float) -> Image.Image:
    """Grain everywhere, of this standard deviation."""
    values = np.asarray(picture, np.float32)
    spoiled = values + _random(codes).normal(0, codes, values.shape)
    return Image.fromarray(np.clip(np.rint(spoiled), 0, 255).astype(np.uint8))


def fireflies(picture: Image.Image, mask: Image.Image, number: float) -> Image.Image:
    """Single white pixels on the subject (black ones where it is white)."""
    values = np.asarray(picture).copy()
    rows, columns = np.nonzero(np.asarray(mask.filter(ImageFilter.MinFilter(9))) > 200)
    for place in _random(number).choice(len(rows), int(number), replace=False):
        pixel = values[rows[place], columns[place]]
        pixel[:] = 0 if pixel.min() > 180 else 255
    return Image.fromarray(values)


def exposed(picture: Image.Image, _mask: Image.Image, stops: float) -> Image.Image:
    """More light (or less: negative), in stops of linear light."""
    linear = np.where((c := np.arange(256) / 255) <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) * 2**stops
    coded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    table = np.clip(np.rint(coded * 255), 0, 255).astype(np.uint8)
    return Image.fromarray(table[np.asarray(picture)])


def dimmed(picture: Image.Image, _mask: Image.Image, factor: float) -> Image.Image:
    """Codes times a factor, as picture editors do it."""
    return ImageEnhance.Brightness(picture).enhance(factor)


def empty(picture: Image.Image, _mask: Image.Image, _strength: float) -> Image.Image:
    """Nothing but the background."""
    return Image.new("RGB", picture.size, _ground(picture))


def tiny(picture: Image.Image, _mask: Image.Image, share: float) -> Image.Image:
    """All of it small in the middle."""
    small = picture.resize((round(picture.width * share), round(picture.height * share)), Image.Resampling.LANCZOS)
    spoiled = empty(picture, _mask, 1)
    spoiled.paste(small, ((picture.width - small.width) // 2, (picture.height - small.height) // 2))
    return spoiled


def moved(picture: Image.Image, _mask: Image.Image, share: float) -> Image.Image:
    """Upwards out of the picture, by a share of its height."""
    return picture.transform(
        picture.size, Image.Transform.AFFINE, (1, 0, 0, 0, 1, share * picture.height), fillcolor=_ground(picture)
    )


def closer(picture: Image.Image, _mask: Image.Image, factor: float) -> Image.Image:
    """Enlarged around the middle, so that the edges cut the subject."""
    width, height = picture.size
    left, top = (width - width / factor) / 2, (height - height / factor) / 2
    return picture.resize(picture.size, Image.Resampling.LANCZOS, (left, top, width - left, height - top))


def magenta(picture: Image.Image, mask: Image.Image, share: float) -> Image.Image:
    """The lower share of the subject in the colour of missing textures, shaded as it was."""
    values, inside = np.asarray(picture).copy(), np.asarray(mask) > 128
    rows = np.flatnonzero(inside.any(1))
    inside[: int(rows[0] + (1 - share) * (rows[-1] - rows[0]))] = False
    shade = values[inside].mean(-1, keepdims=True) / 255
    values[inside] = np.rint((0.4 + 0.6 * shade) * np.array([255, 0, 255])).astype(np.uint8)
    return Image.fromarray(values)


def recompressed(picture: Image.Image, _mask: Image.Image, quality: float) -> Image.Image:
    """Through JPEG."""
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=int(quality))
    return Image.open(io.BytesIO(stream.getvalue())).convert("RGB")


def trimmed(picture: Image.Image, _mask: Image.Image, factor: float) -> Image.Image:
    """A little closer: the same picture to everybody, not to a computer."""
    return closer(picture, _mask, factor)


def turned(picture: Image.Image, _mask: Image.Image, degrees: float) -> Image.Image:
    """Turned a little."""
    return picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=_ground(picture))


def fringed(print_: Image.Image, pixels: float, light: int = 255) -> Image.Image:
    """An RGBA print whose soft edge carries an old background's colour, so many pixels wide."""
    alpha = print_.getchannel("A")
    wide = alpha.filter(ImageFilter.MaxFilter(2 * int(pixels) + 1)).filter(ImageFilter.GaussianBlur(pixels / 2))
    spoiled = Image.new("RGBA", print_.size, (light, light, light, 0))
    spoiled.paste(print_.convert("RGB"), mask=alpha)
    spoiled.putalpha(wide)
    return spoiled


def matted(print_: Image.Image, light: int = 0) -> Image.Image:
    """An RGBA print with the colours of its soft edge mixed with an old background (premultiplied, not undone)."""
    values = np.asarray(print_).astype(np.float32)
    share = values[..., 3:] / 255
    values[..., :3] = values[..., :3] * share + light * (1 - share)
    return Image.fromarray(np.rint(values).astype(np.uint8))
