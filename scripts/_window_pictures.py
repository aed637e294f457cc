# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a screen: read from Xvfb's file, held to be neither empty nor unreadable, cut for the README."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

#: A sidebar that is drawn has at least so many colours, and no more than this share in the commonest of them.
LEAST_COLOURS, MOST_ONE_COLOUR = 40, 0.97
#: Letters are light on dark: so much of the picture at least, and at the most, is nearly white.
LIGHT, LEAST_LIGHT, MOST_LIGHT = 190, 0.002, 0.5
#: Lines of letters that a state shows at least.
LEAST_LINES = 4
#: No picture of the README's is larger, in bytes.
LARGEST = 290_000
#: Pixels between columns, and the colour there.
GAP, GROUND = 14, (48, 48, 48)


class Fault(Exception):
    """What is wrong, in one sentence."""


def read_screen(path: Path) -> Image.Image:
    """The screen now, from the XWD file that Xvfb keeps."""
    data = path.read_bytes()
    head = struct.unpack(">25I", data[:100])
    size, width, height, order, bits, stride, colours = head[0], head[4], head[5], head[7], head[11], head[12], head[19]
    if bits != 32:
        raise Fault(f"The screen has {bits} bits a pixel instead of 32.")
    start = size + colours * 12
    pixels = np.frombuffer(data, np.uint8, height * stride, start).reshape(height, stride)[:, : width * 4]
    pixels = pixels.reshape(height, width, 4)
    rgb = pixels[:, :, 2::-1] if order == 0 else pixels[:, :, 1:4]
    return Image.fromarray(np.ascontiguousarray(rgb), "RGB")


def judge(picture: Image.Image, name: str) -> None:
    """Raises Fault for a picture that is empty, of one colour, or without anything to read."""
    array = np.asarray(picture)
    flat = array.reshape(-1, 3)
    colours, counts = np.unique(flat, axis=0, return_counts=True)
    light = array.min(axis=2) > LIGHT
    share = float(light.mean())
    if len(colours) < LEAST_COLOURS or counts.max() / len(flat) > MOST_ONE_COLOUR:
        raise Fault(f"{name}: the picture is empty: {len(colours)} colours, {counts.max() / len(flat):.0%} one colour.")
    if not LEAST_LIGHT <= share <= MOST_LIGHT:
        raise Fault(f"{name}: nothing can be read in the picture ({share:.1%} of it is as light as letters).")
    if lines(light) < LEAST_LINES:
        raise Fault(f"{name}: the picture has {lines(light)} lines of text, fewer than {LEAST_LINES}.")


def lines(light: np.ndarray) -> int:
    """How many rows of letters there are: stretches of rows with light pixels, as high as letters are."""
    rows = np.concatenate([[False], light.sum(axis=1) > 2, [False]])
    edges = np.flatnonzero(rows[1:] != rows[:-1])
    return int(sum(6 <= after - before <= 40 for before, after in zip(edges[::2], edges[1::2], strict=True)))


def save_docs(out: Path, docs: Path) -> list[Path]:
    """The README's pictures, from those of a play; each small enough."""
    docs.mkdir(parents=True, exist_ok=True)
    window = Image.open(out / "newcomer-done-window.png").convert("RGB")
    panels = columns(Image.open(out / "all-review.png").convert("RGB"), 4)
    return [
        _save(window, docs / "sidebar-window.jpg"),
        _save(panels, docs / "sidebar-panels.jpg"),
        _save(dataset_sheet(out / "set"), docs / "sidebar-dataset.jpg"),
    ]


def columns(tall: Image.Image, count: int) -> Image.Image:
    """A tall sidebar in columns beside one another, cut between lines of text."""
    light = np.asarray(tall).min(axis=2) > LIGHT
    inner = light[:, : int(tall.width * 0.85)]  # tabs stand at the right
    used = int(np.flatnonzero(inner.any(axis=1)).max()) + 20
    empty = np.flatnonzero(~inner.any(axis=1))
    cuts = [0, *(int(empty[np.abs(empty - used * part / count).argmin()]) for part in range(1, count)), used]
    parts = [tall.crop((0, top, tall.width, bottom)) for top, bottom in pairwise(cuts)]
    sheet = Image.new(
        "RGB", (sum(part.width + GAP for part in parts) - GAP, max(part.height for part in parts)), GROUND
    )
    for number, part in enumerate(parts):
        sheet.paste(part, (number * (tall.width + GAP), 0))
    return sheet


def dataset_sheet(folder: Path) -> Image.Image:
    """The pictures of the dataset that was made, each with its caption."""
    from modelsheet.dataset.contact_sheet import Cell, write_contact_sheet

    final = folder / "final_dataset"
    rows = json.loads((final / "manifest.json").read_text(encoding="utf-8"))["pictures"]
    cells = []
    for row in rows:
        words = (final / row["caption"]).read_text(encoding="utf-8").strip().split(", ")
        half = len(words) // 2
        cells.append(Cell(final / row["file"], ", ".join(words[:half]), ", ".join(words[half:])))
    path = write_contact_sheet(cells, folder.parent / "dataset.jpg", side=256)
    return Image.open(path).convert("RGB")


def _save(picture: Image.Image, path: Path) -> Path:
    for scale in (1.0, 0.85, 0.7, 0.5):
        smaller = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS)
        for quality in (92, 85, 75):
            smaller.save(path, "JPEG", quality=quality, optimize=True, subsampling=0)
            if path.stat().st_size <= LARGEST:
                return path
    raise Fault(f"{path}: can't be made smaller than {LARGEST} bytes.")
