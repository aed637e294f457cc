# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a set on one sheet, each with its number and what it shows: to be looked at, not to train on."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ..common.files import whole

GROUND, INK, DIM = (38, 38, 38), (232, 232, 232), (150, 150, 150)
GAP, MARGIN, LINE = 10, 18, 16
#: Pixels of a sheet's longer side, beyond which viewers struggle.
MOST = 6000


@dataclass(frozen=True)
class Cell:
    """One picture: its file, a heading and a line below it."""

    path: Path
    head: str
    words: str


def write_contact_sheet(cells: Sequence[Cell], path: Path, side: int = 256) -> Path:
    """Write the sheet as a JPEG. Pictures that can't be read are left grey. Raises WorkError where it can't be written.

    side: pixels of a picture's longer side on it, made smaller where the sheet would be too large.
    """
    columns = max(1, math.ceil(math.sqrt(len(cells) * 1.6)))
    side = min(side, max(48, MOST // columns - GAP))
    rows = max(1, math.ceil(len(cells) / columns))
    tall = side + 2 * LINE + GAP
    sheet = Image.new("RGB", (2 * MARGIN + columns * (side + GAP) - GAP, 2 * MARGIN + rows * tall - GAP), GROUND)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, cell in enumerate(cells):
        left, top = MARGIN + number % columns * (side + GAP), MARGIN + number // columns * tall
        pen.rectangle((left, top, left + side - 1, top + side - 1), fill=(70, 70, 70))
        _paste(sheet, cell.path, left, top, side)
        for line, (text, ink) in enumerate(((cell.head, INK), (cell.words, DIM))):
            pen.text((left, top + side + 2 + line * LINE), _fitted(text, side, font), fill=ink, font=font)
    with whole(path) as part:
        sheet.save(part, "JPEG", quality=90)
    return path


def _paste(sheet: Image.Image, path: Path, left: int, top: int, side: int) -> None:
    try:
        with Image.open(path) as image:
            picture = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError):
        return
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    at = (left + (side - picture.width) // 2, top + (side - picture.height) // 2)
    sheet.paste(picture, at, picture)


def _fitted(text: str, width: int, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """The text, cut with an ellipsis where it is too long."""

    def length(end: int) -> float:
        return font.getlength(f"{text[:end]}…")

    if font.getlength(text) <= width:
        return text
    fits = bisect_right(range(1, len(text)), float(width), key=length)
    return f"{text[:fits].rstrip(', ')}…"
