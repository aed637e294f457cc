# SPDX-License-Identifier: GPL-3.0-or-later
"""raw_generated to processed: each print cut to its frame, scaled, on its background; and its subject's mask.

Everything has a key, the hash of what it depends on. What is done and unchanged is not done again: another background
makes the picture anew and not the mask, another file format (see build.py) neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..common.errors import InputError, WorkError
from ..common.files import sha256_file, sha256_value, whole
from ..plan.settings import Setting, setting
from .backgrounds import composite, photos
from .backup import keep_original
from .frame import Frame, choose_frame, reframed, scaled
from .index import Index
from .intake import MAX_SIDE, open_picture
from .layout import PROCESSED, RAW, Row, read_job, read_rows
from .light import resampled
from .neighbours import greatest
from .output import TABLE, Output
from .pictures import picture_size
from .portable import name_fault

#: Raise it when composite() gives other pixels, so that pictures made by the older one are made again; and these when
#: resampled(), the fitting of a user's photograph, and the mask's widening do.
RECIPE, RECIPE_FRAME, RECIPE_PHOTO, RECIPE_MASK = 1, 2, 2, 1
INDEX = "pictures.jsonl"
MASKS = "masks"


def process(out: Path) -> None:
    """Make the picture and the mask of every planned print of OUT, into OUT/processed.

    A picture that a person has edited there stays while the print, frame and background it came from do; after that
    it moves to OUT/backup. Pictures of shots no longer planned are removed.
    Raises InputError (nothing rendered, no pictures in the background folder, a size that would enlarge the prints)
    and WorkError (a print is damaged).
    """
    rows = read_rows(out)
    output = Output.from_job(read_job(out))
    behind = _choose_photos(out, rows)
    with read_index(out) as index:
        for row in rows:
            index.put(_process_one(out, row, output, behind.get(row["id"]), index.entries.get(row["id"], {})))
        _remove_stale(out, index, {row["id"] for row in rows})


def read_index(out: Path) -> Index:
    """What was processed: {"id", "file", "key", "sha256", "mask_key", "mask_sha256", "print", "crop", "size",
    "foreground"} a picture; print, crop and size in pixels, foreground the share that the subject takes."""
    return Index(out / PROCESSED / INDEX, _is_ours)


def _is_ours(entry: Row) -> bool:
    """Whether an entry has the form above; one that an older version wrote has only the first four."""
    if "crop" not in entry:
        return True
    edges = [0, 0, *_whole(entry.get("print"), 2), 0, 0, *_whole(entry.get("size"), 2), *_whole(entry["crop"], 4)]
    boxes = [edges[start : start + 4] for start in range(0, len(edges), 4)]
    return len(edges) == 12 and all(left < right and top < bottom for left, top, right, bottom in boxes)


def _whole(value: Any, length: int) -> list[int]:
    """So many whole numbers of pixels, or none."""
    fits = isinstance(value, list) and len(value) == length
    return value if fits and all(isinstance(item, int) and 0 <= item <= MAX_SIDE for item in value) else []


def frame_of(entry: Row) -> Frame:
    """The frame that an entry of the index states."""
    left, top, right, bottom = entry["crop"]
    return Frame((left, top, right, bottom), (entry["size"][0], entry["size"][1]))


def in_picture(row: Row, entry: Row) -> Row:
    """A truth row in the pixels of its processed picture: size, boxes, points, foreground. entry: of the index."""
    if "crop" not in entry:
        return row
    moved = reframed(scaled(row, (entry["print"][0], entry["print"][1])), frame_of(entry))
    return {**moved, "foreground": entry.get("foreground", row.get("foreground"))}


def _process_one(out: Path, row: Row, output: Output, photo: Path | None, done: Row) -> Row:
    raw = out / RAW / f"{row['id']}.png"
    background = setting("background", row["settings"]["background"])
    hashes = _hashes(raw, photo)
    size = picture_size(raw)
    output.check_enlarging(max(size))
    frame = choose_frame(scaled(row, size), size, output)
    keys = _keys(hashes, background, frame)
    picture_done = done.get("key") == keys["key"] and picture_path(out, row).is_file()
    mask_done = done.get("mask_key") == keys["mask_key"] and mask_path(out, row).is_file()
    if picture_done and mask_done and {**done, **frame.to_json()} == done:
        return done
    pixels = resampled(_open(raw), frame.crop, frame.size)
    foreground = round(float(pixels[..., 3].mean()) / 255, 5)
    entry = {**done, "id": row["id"], "file": raw.name, **keys, "print": list(size), **frame.to_json()}
    entry["foreground"] = foreground
    if not picture_done:
        picture = composite(Image.fromarray(pixels), background, photo)
        entry["sha256"] = _save(out, picture_path(out, row), picture, done.get("sha256"))
    if not mask_done:
        # Wider by a little: trainers shrink masks to an eighth and would eat into the subject's edges.
        mask = Image.fromarray(greatest(pixels[..., 3], min(frame.size) // 256))
        entry["mask_sha256"] = _save(out, mask_path(out, row), mask, done.get("mask_sha256"))
    return entry


def picture_path(out: Path, row: Row) -> Path:
    """Where the processed picture of a truth row, or of an entry of the index, lies."""
    return out / PROCESSED / f"{row['id']}.png"


def mask_path(out: Path, row: Row) -> Path:
    """Where its mask lies."""
    return out / PROCESSED / MASKS / f"{row['id']}.png"


def _save(out: Path, path: Path, picture: Image.Image, before: str | None) -> str:
    """Write a PNG; what stood there and is not what we wrote before goes to OUT/backup. Returns its hash."""
    with whole(path) as part:
        picture.save(part, "PNG", **TABLE["formats"]["png"]["options"])
        made = sha256_file(part)
        if path.is_file() and sha256_file(path) not in (before, made):  # made: a run that was killed wrote it
            keep_original(out, path)
    return made


def _hashes(raw: Path, photo: Path | None) -> tuple[str, str | None]:
    """Of a print, and of the photograph behind it."""
    try:
        return sha256_file(raw), None if photo is None else f"{sha256_file(photo)}-{RECIPE_PHOTO}"
    except OSError as error:
        raise WorkError(
            f"{error.filename}: can't be read ({error.strerror}). Run `modelsheet render` again."
        ) from error


def _keys(hashes: tuple[str, str | None], background: Setting, frame: Frame) -> dict[str, str]:
    """Hashes of what the picture and its mask depend on. Uncut pictures keep the keys that they always had."""
    cut = {} if frame.is_print else {"frame": frame.to_json(), "frame_recipe": RECIPE_FRAME}
    behind = {"background": background.geometry, "photo": hashes[1]}
    return {
        "key": sha256_value({"recipe": RECIPE, "print": hashes[0], **behind, **cut}),
        "mask_key": sha256_value({"mask_recipe": RECIPE_MASK, "print": hashes[0], **cut}),
    }


def _open(raw: Path) -> np.ndarray:
    """A print's pixels, uint8 HxWx4."""
    try:
        return np.asarray(open_picture(raw).convert("RGBA"))
    except InputError as error:
        raise WorkError(f"{raw}: a damaged picture. Delete it and run `modelsheet render` again.") from error


def _choose_photos(out: Path, rows: list[Row]) -> dict[str, Path]:
    """One of the user's backgrounds for each shot that wants one: in turn, begun where the seed says."""
    wanting = [
        row["id"] for row in rows if setting("background", row["settings"]["background"]).geometry["kind"] == "folder"
    ]
    if not wanting:
        return {}
    job = read_job(out)
    found = photos(job.get("background_folder"))
    first = int(job.get("seed") or 0)
    return {name: found[(first + turn) % len(found)] for turn, name in enumerate(wanting)}


def _remove_stale(out: Path, index: Index, wanted: set[str]) -> None:
    for name in sorted(index.entries.keys() - wanted):
        entry = index.drop(name)
        if name_fault(name) or "/" in name:
            continue  # no line of ours
        for path, hashed in ((picture_path(out, entry), "sha256"), (mask_path(out, entry), "mask_sha256")):
            if path.is_file() and sha256_file(path) != entry.get(hashed):
                keep_original(out, path)
            path.unlink(missing_ok=True)
