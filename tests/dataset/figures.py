# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures drawn by code, each another view of the same made-up person: good pictures for the checks to pass."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

#: Drawn this many times as large and reduced, so that edges are as soft as a renderer's.
FINE = 4
SKIN, HAIR, SHIRT, EYE = (214, 172, 146), (92, 52, 40), (44, 112, 120), (40, 60, 80)
MOUTHS = ("line", "smile", "open", "frown")


def figure(
    number: int, side: int = 256, whole: bool = False, light: float = 1.0, mouth: int | None = None
) -> Image.Image:
    """RGBA, straight alpha, side x side. number: turns the head, moves the arms and changes the mouth.

    whole: from head to feet, touching no edge; else head and shoulders, cut by the lower edge only. light: on the skin.
    mouth: which of MOUTHS, whatever the number.
    """
    turn = (number % 7 - 3) / 3
    canvas = Image.new("RGBA", (side * FINE, side * FINE))
    draw = ImageDraw.Draw(canvas)
    unit = side * FINE / (8.4 if whole else 2.4)  # a head's height
    middle, top = side * FINE * (0.5 + 0.05 * turn), unit * 0.3
    if whole:
        _legs(draw, middle, top, unit, number)
    _body(draw, middle, top, unit, number, whole)
    _head(draw, middle, top, unit, turn, MOUTHS[(number if mouth is None else mouth) % len(MOUTHS)])
    small = canvas.resize((side, side), Image.Resampling.BOX)
    return _lit(small, turn, light)


def _body(draw: ImageDraw.ImageDraw, x: float, top: float, unit: float, number: int, whole: bool) -> None:
    neck, end = top + unit * 0.95, top + unit * (4.2 if whole else 9)
    draw.rectangle((x - unit * 0.2, neck - unit * 0.2, x + unit * 0.2, neck + unit * 0.4), fill=SKIN)
    wide = unit * (0.8 if whole else 1.0)
    draw.rounded_rectangle((x - wide, neck + unit * 0.25, x + wide, end), unit * 0.5, fill=SHIRT)
    for row in range(1, 3 + number % 6):  # a pattern, so that there is something to see
        y = neck + unit * (0.3 + row * 0.4)
        end = (x + wide * 0.7, y + unit * 0.16 * (number % 4 - 1.5))
        draw.line((x - wide * 0.7, y, *end), fill=(150, 220, 210), width=FINE * 3)
    if whole:
        reach = unit * (0.4 + 0.35 * (number % 4))
        for sign in (-1, 1):
            draw.line(
                (x + sign * wide, neck + unit * 0.7, x + sign * (wide + reach), neck + unit * 2.4),
                SKIN,
                int(unit * 0.4),
            )


def _legs(draw: ImageDraw.ImageDraw, x: float, top: float, unit: float, number: int) -> None:
    apart = unit * (0.3 + 0.12 * (number % 3))
    for sign in (-1, 1):
        draw.line(
            (x + sign * unit * 0.3, top + unit * 4, x + sign * apart, top + unit * 7.6), (52, 50, 70), int(unit * 0.5)
        )


def _head(draw: ImageDraw.ImageDraw, x: float, top: float, unit: float, turn: float, mouth: str) -> None:
    def oval(left: float, upper: float, right: float, lower: float, colour: tuple[int, int, int]) -> None:
        draw.ellipse((x + left * unit, top + upper * unit, x + right * unit, top + lower * unit), fill=colour)

    oval(-0.46, -0.05, 0.46, 0.95, HAIR)
    oval(-0.36 + 0.1 * turn, 0.1, 0.36 + 0.1 * turn, 1.0, SKIN)
    for side in (-0.16, 0.16):
        at = side + 0.2 * turn
        oval(at - 0.08, 0.42, at + 0.08, 0.54, (244, 244, 240))
        oval(at - 0.04, 0.43, at + 0.04, 0.53, EYE)
        oval(at - 0.1, 0.33, at + 0.1, 0.37, HAIR)
    at = 0.22 * turn
    box = tuple(
        x + unit * v if i % 2 == 0 else top + unit * v for i, v in enumerate((at - 0.14, 0.68, at + 0.14, 0.84))
    )
    if mouth == "open":
        draw.ellipse(box, fill=(110, 40, 44))
    elif mouth == "line":
        draw.line((box[0], box[1] + unit * 0.08, box[2], box[1] + unit * 0.08), fill=(150, 80, 80), width=FINE * 2)
    else:
        draw.arc(box, *((0, 180) if mouth == "smile" else (180, 360)), fill=(150, 80, 80), width=FINE * 2)


def _lit(picture: Image.Image, turn: float, light: float) -> Image.Image:
    """Shaded from one side, as by a lamp."""
    values = np.asarray(picture).astype(np.float32)
    across = np.linspace(-1, 1, values.shape[1])[None, :, None]
    shade = light * (0.85 + 0.2 * np.cos(1.2 * (across - 0.6 * (turn or 0.4))))
    values[..., :3] = np.clip(values[..., :3] * shade, 0, 245)
    solid = values[..., 3:] > 0
    values[..., :3] = np.where(solid, values[..., :3], 0)
    return Image.fromarray(np.rint(values).astype(np.uint8))
