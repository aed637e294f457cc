# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be checked in a folder: a set of ours with its truth, or anybody's pictures with captions beside them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...plan.settings import setting
from ..backgrounds import trained_on
from ..caption_style import caption_options
from ..captioned import caption_set
from ..folder import RECORD
from ..intake import walk_pictures
from ..layout import FINAL, PROCESSED, RAW, Row, read_facts, read_job, read_json, read_rows
from ..seen import seen
from .entry import Collection, Entry
from .words import settings_named

#: Folders beside training pictures that hold no training pictures: trainers' own, and ours.
_BESIDE = frozenset({"masks", "mask", "control", "configs", "conditioning", "regularisation", "reg", "samples"})
#: What tells a mask that OneTrainer keeps beside its picture.
_MASK_END = "-masklabel"


def is_ours(folder: Path) -> bool:
    """Whether a folder is an OUT of ours, with truth."""
    return (folder / "job.yaml").is_file() and (folder / RAW / "shots.jsonl").is_file()


def home(folder: Path) -> Path:
    """The OUT that a folder of finished pictures belongs to, or the folder itself."""
    found = folder.resolve()
    inside = [above.parent for above in (found, *found.parents[:3]) if above.name == FINAL]
    return inside[0] if inside and is_ours(inside[0]) else folder


def collect(folder: Path) -> Collection:
    """Everything to be checked in a folder. Raises InputError where there is nothing."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder. Check the path.")
    return _ours(folder) if is_ours(folder) else _theirs(folder)


def _ours(out: Path) -> Collection:
    rows = read_rows(out)
    made = _manifest(out)
    job, facts = read_job(out), read_facts(out)
    options = caption_options(job) if job.get("trigger") else None
    captioned = caption_set(out, rows, facts, options).pictures if options else {}
    entries = []
    for row in rows:
        expected = tuple(captioned[row["id"]].texts.values()) if options else ()
        entry = _placed(out, row, made.get(row["id"]))
        shown = {axis: found.name for axis, found in seen(row).items()}
        entries.append(replace(entry, seen=shown, expected=expected, trigger=options.trigger if options else None))
    return Collection(out, tuple(entries), ours=True)


def _manifest(out: Path) -> dict[str, dict[str, Any]]:
    """The finished set's pictures by shot; {} before there is one."""
    path = out / FINAL / RECORD
    pictures = read_json(path).get("pictures", []) if path.is_file() else []
    return {entry["id"]: entry for entry in pictures}


def _placed(out: Path, row: Row, made: dict[str, Any] | None) -> Entry:
    """The picture of a shot that trainers get, or the latest that there is of it."""
    drawn = out / RAW / f"{row['id']}.png"
    common: dict[str, Any] = {"id": row["id"], "folder": out, "drawn": drawn, "row": row, "settings": row["settings"]}
    if made is not None:
        size = made.get("size")
        return Entry(
            file=f"{FINAL}/{made['file']}",
            picture=out / FINAL / made["file"],
            caption=out / FINAL / made["caption"],
            size=(int(size[0]), int(size[1])) if size else None,
            crop=tuple(made["crop"]) if made.get("crop") else None,
            **common,
        )
    processed = out / PROCESSED / drawn.name
    picture = processed if processed.is_file() else drawn
    return Entry(file=picture.relative_to(out).as_posix(), picture=picture, **common)


def _theirs(folder: Path) -> Collection:
    walk = walk_pictures(folder)
    pictures = [path for path in walk.pictures if _is_training(path.relative_to(folder))]
    if not pictures:
        said = f" ({walk.left_out[0]})" if walk.left_out else ""
        raise InputError(f"{folder}: holds no pictures to check{said}. Give a folder of pictures, or an earlier --out.")
    captioned = any(path.with_suffix(".txt").is_file() for path in pictures)
    entries = tuple(_stranger(folder, path, captioned) for path in pictures)
    return Collection(folder, entries, ours=False, left_out=walk.left_out)


def _is_training(below: Path) -> bool:
    return not below.stem.endswith(_MASK_END) and not any(part.lower() in _BESIDE for part in below.parts[:-1])


def _stranger(folder: Path, path: Path, captioned: bool) -> Entry:
    name = path.relative_to(folder).as_posix()
    return Entry(
        id=name, file=name, folder=folder, picture=path, caption=path.with_suffix(".txt") if captioned else None
    )


def with_caption(entry: Entry, text: str) -> Entry:
    """The entry with what its caption says: without truth, this is all that is known of its settings."""
    if entry.row is not None:
        return replace(entry, text=text)
    told = settings_named(text)
    return replace(entry, text=text, settings=told, seen=told)


def background_of(entry: Entry) -> dict[str, Any] | None:
    """The geometry of the background that the picture should have; None where it is not known."""
    name = entry.seen.get("background")
    return trained_on(setting("background", name)).geometry if name else None
