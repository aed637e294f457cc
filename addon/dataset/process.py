# SPDX-License-Identifier: GPL-3.0-or-later
"""raw_generated to processed: each print on its background. What is done and unchanged is not done again."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from ..common.errors import WorkError
from ..common.files import read_jsonl, sha256_file, sha256_value, whole, write_jsonl
from ..plan.settings import Setting, setting
from .backgrounds import composite, photos
from .backup import keep_original
from .layout import PROCESSED, RAW, Row, read_job, read_rows

#: Raise it when composite() gives other pixels, so that pictures made by the older one are made again.
RECIPE = 1
INDEX = "pictures.jsonl"


def process(out: Path) -> None:
    """Put every planned print of OUT on its background, into OUT/processed.

    A picture that a person has edited there stays while the print and background it came from do; after that it
    moves to OUT/backup. Pictures of shots no longer planned are removed.
    Raises InputError (nothing rendered, no pictures in the background folder) and WorkError (a print is damaged).
    """
    rows = read_rows(out)
    behind = _choose_photos(out, rows)
    index = {entry["id"]: entry for entry in read_jsonl(out / PROCESSED / INDEX)}
    for row in rows:
        done = index.get(row["id"])
        entry = _process_one(out, row, behind.get(row["id"]), done)
        if entry != done:
            index[row["id"]] = entry
            write_jsonl(out / PROCESSED / INDEX, [index[name] for name in sorted(index)])
    _remove_stale(out, index, {row["id"] for row in rows})


def _process_one(out: Path, row: Row, photo: Path | None, done: Row | None) -> Row:
    raw = out / RAW / f"{row['id']}.png"
    target = out / PROCESSED / raw.name
    background = setting("background", row["settings"]["background"])
    key = _key(raw, background, photo)
    if done and done["key"] == key and target.is_file():
        return done
    picture = composite(_open(raw), background, photo)
    if target.is_file() and (done is None or sha256_file(target) != done["sha256"]):
        keep_original(out, target)
    with whole(target) as part:
        picture.save(part, "PNG", compress_level=4)
    return {"id": row["id"], "file": target.name, "key": key, "sha256": sha256_file(target)}


def _key(raw: Path, background: Setting, photo: Path | None) -> str:
    try:
        print_hash = sha256_file(raw)
        photo_hash = None if photo is None else sha256_file(photo)
    except OSError as error:
        raise WorkError(
            f"{error.filename}: can't be read ({error.strerror}). Run `modelsheet render` again."
        ) from error
    return sha256_value({"recipe": RECIPE, "print": print_hash, "background": background.geometry, "photo": photo_hash})


def _open(raw: Path) -> Image.Image:
    try:
        with Image.open(raw) as opened:
            return opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        raise WorkError(f"{raw}: a damaged picture ({error}). Delete it and run `modelsheet render` again.") from error


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


def _remove_stale(out: Path, index: dict[str, Row], wanted: set[str]) -> None:
    stale = sorted(index.keys() - wanted)
    for name in stale:
        entry = index.pop(name)
        path = out / PROCESSED / entry["file"]
        if path.is_file() and sha256_file(path) != entry["sha256"]:
            keep_original(out, path)
        path.unlink(missing_ok=True)
    if stale:
        write_jsonl(out / PROCESSED / INDEX, [index[name] for name in sorted(index)])
