# SPDX-License-Identifier: GPL-3.0-or-later
"""Lays chosen pictures of a finished job side by side: `python scripts/readme_picture.py OUT docs/sitter.jpg 8 2 9 …`.

Numbers are those with which the shots' file names begin; rows of four. Run it in .venv, which has Pillow.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

TILE, GAP, COLUMNS, PAPER = 320, 8, 4, "white"


def main(out: Path, target: Path, numbers: list[int]) -> None:
    """Write the sheet as JPEG."""
    files = [next((out / "processed").glob(f"{number:04d}_*.png")) for number in numbers]
    rows = -(-len(files) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (TILE + GAP) - GAP, rows * (TILE + GAP) - GAP), PAPER)
    for index, file in enumerate(files):
        with Image.open(file) as picture:
            tile = picture.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS)
        sheet.paste(tile, ((index % COLUMNS) * (TILE + GAP), (index // COLUMNS) * (TILE + GAP)))
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, quality=88, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [int(number) for number in sys.argv[3:]])
