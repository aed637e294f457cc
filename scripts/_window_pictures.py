# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a screen: read from Xvfb's file, held to be neither empty nor unreadable, cut for the README."""

from __future__ import annotations

import struct
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
    made = [_save(Image.open(out / "newcomer-done-window.png").convert("RGB"), docs / "sidebar-window.jpg")]
    parts = [Image.open(out / f"{name}.png").convert("RGB") for name in ("all-idle", "all-review") if _there(out, name)]
    if parts:
        made.append(_save(side_by_side(parts), docs / "sidebar-panels.jpg"))
    sheet = next(iter(sorted(out.glob("set/**/contact-sheet.jpg"))), None)
    dataset = out / "dataset.jpg"
    if dataset.is_file():
        made.append(_save(Image.open(dataset).convert("RGB"), docs / "sidebar-dataset.jpg"))
    elif sheet is not None:
        made.append(_save(Image.open(sheet).convert("RGB"), docs / "sidebar-dataset.jpg"))
    return made


def side_by_side(parts: list[Image.Image]) -> Image.Image:
    """Pictures of columns beside one another, from the top."""
    width, height = sum(part.width for part in parts) + 16 * (len(parts) - 1), max(part.height for part in parts)
    sheet = Image.new("RGB", (width, height), (48, 48, 48))
    left = 0
    for part in parts:
        sheet.paste(part, (left, 0))
        left += part.width + 16
    return sheet


def _there(out: Path, name: str) -> bool:
    return (out / f"{name}.png").is_file()


def _save(picture: Image.Image, path: Path) -> Path:
    for scale in (1.0, 0.85, 0.7, 0.5):
        smaller = picture.resize((int(picture.width * scale), int(picture.height * scale)), Image.Resampling.LANCZOS)
        for quality in (92, 85, 75):
            smaller.save(path, "JPEG", quality=quality, optimize=True, subsampling=0)
            if path.stat().st_size <= LARGEST:
                return path
    raise Fault(f"{path}: can't be made smaller than {LARGEST} bytes.")
