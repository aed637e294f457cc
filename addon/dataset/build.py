# SPDX-License-Identifier: GPL-3.0-or-later
"""processed + captions -> final_dataset: the training folder with everything that says where it came from."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from ..common.errors import InputError
from ..common.files import sha256_bytes, sha256_file, sha256_value
from ..common.version import VERSION
from ..plan.control import DEFAULT, FOLDER
from ..plan.facts import CharacterFacts
from ..plan.settings import Setting, setting
from .backgrounds import trained_on
from .caption_said import class_word
from .caption_style import caption_options
from .captions import caption
from .card import card
from .checks.drops import staying
from .controls import RECIPE, cut, pose_json, pose_picture
from .described import Described, repeats, resolution
from .folder import RECORD, SUMS, Folder, Item
from .layout import FINAL, RAW, Row, read_facts, read_job, read_plan, read_rows
from .mitigations import SetFacts
from .output import TABLE, Output, Size
from .packages import configs
from .pictures import picture_size, training_mask, training_picture
from .process import frame_of, in_picture, mask_path, picture_path, read_index
from .prompts import prompt_files
from .provenance import provenance
from .rights import judge_out
from .trigger import check_class

#: Of the manifest.
FORMAT = 1


def build(out: Path, note: Callable[[str], None] = lambda sentence: None) -> Path:
    """Make OUT/final_dataset from what earlier stages left in OUT; returns the folder.

    The same OUT gives the same bytes. What a person edited there stays (see folder.py).
    Raises InputError (nothing rendered, bad options) and WorkError (a picture is missing, the disk is full).
    """
    job, facts, rows = read_job(out), read_facts(out), staying(out, read_rows(out))
    options = caption_options(job)
    wanted = tuple(job.get("preset_resolved", {}).get("control", DEFAULT))
    made = _Made(out, Output.from_job(job), read_index(out).entries, wanted)
    sizes = {row["id"]: picture_size(picture_path(out, row)) for row in rows}
    described = Described(
        trigger=options.trigger,
        class_word=check_class(class_word(facts, options)),
        repeats=repeats(job.get("repeats"), len(rows)),
        style=options.style,
        pictures=len(rows),
        resolution=resolution(list(sizes.values())),
    )
    writer = _Writer(Folder(out, FINAL))
    entries = [
        _add_picture(writer, described, made, row, sizes[row["id"]], caption(row, facts, options)) for row in rows
    ]
    character = _character(job, facts)
    clear = any(trained_on(background) is not background for background in map(_background, rows))
    writer.add("metadata.jsonl", _lines(_metadata(entry, job) for entry in entries))
    manifest = _manifest(described, job, character, read_plan(out), entries)
    manifest["output"] = made.output.to_json()
    judged = judge_out(out)
    manifest["rights"] = judged.to_json()
    writer.add("README.md", card(described, manifest, _set_facts(entries), judged, clear).encode())
    writer.add("provenance.json", provenance(job, manifest, judged))
    for path, text in prompt_files(described, [entry["text"] for entry in entries]).items():
        writer.add(path, text.encode())
    for name, text in configs(described).items():
        writer.add(f"configs/{name}", text.encode(), sha256_value([name, text]))
    _add_record(writer, manifest)
    writer.folder.replace()
    return out / FINAL


@dataclass(frozen=True)
class _Made:
    """What was processed, what the training files are to be like, and which control pictures are wanted."""

    out: Path
    output: Output
    index: dict[str, Row]
    control: tuple[str, ...]

    def entry(self, row: Row) -> Row:
        """The index's entry of a row; {} for one that has none."""
        return self.index.get(row["id"], {})


def _background(row: Row) -> Setting:
    return setting("background", row["settings"]["background"])


class _Writer:
    """Adds items to the folder and keeps what the record needs: our hash and origin, and the present hash."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.files: dict[str, dict[str, str]] = {}
        self.sums: dict[str, str] = {}

    def reuse(self, path: str, origin: str, make: Callable[[], bytes]) -> bytes:
        """As add, for content that is only made if what we made from the same origin is gone or edited."""
        data = self.folder.ours(origin)
        return self.add(path, make() if data is None else data, origin)

    def add(self, path: str, data: bytes, origin: str = "", tidy: Any = bytes) -> bytes:
        """Returns the content that the file will have."""
        present = self.folder.add(Item(path, data, origin, tidy))
        self.files[path] = {"sha256": sha256_bytes(data), "origin": origin}
        self.sums[path] = sha256_bytes(present)
        return present


def _add_picture(
    writer: _Writer, described: Described, made: _Made, row: Row, size: Size, captions: dict[str, str]
) -> dict[str, Any]:
    """Picture, mask and caption of one shot; returns its manifest entry, which holds its captions too."""
    stem = f"{described.stem}_{row['number']:04d}"
    paths = {
        "file": f"{described.image_dir}/{stem}{made.output.suffix}",
        "mask": f"masks/{stem}.png",
        "caption": f"{described.image_dir}/{stem}.txt",
    }
    picture = _picture(writer, paths["file"], made, row)
    mask = training_mask(mask_path(made.out, row), size)
    writer.add(paths["mask"], mask, sha256_value(["mask", row["id"], sha256_bytes(mask)]))
    wanted = f"{captions[described.style]}\n".encode()
    origin = sha256_value(["caption", row["id"], row["settings"], described.trigger])
    text = writer.add(paths["caption"], wanted, origin, lambda data: _one_line(paths["caption"], data))
    controls = _controls(writer, stem, made, row, mask, size)
    return {
        **paths,
        **({"control": controls} if controls else {}),
        **({"depth_range": depth_range} if (depth_range := _depth_range(row, controls)) else {}),
        "id": row["id"],
        "number": row["number"],
        "settings": row["settings"],
        "size": list(size),
        "crop": made.entry(row).get("crop"),
        "boxes": in_picture(row, made.entry(row)).get("boxes"),
        "sha256": sha256_bytes(picture),
        "text": text.decode().strip(),
        "caption_edited": text != wanted,
        "captions": captions,
        "made": row["made"],
        **({"relit": row["relit"]} if row.get("relit") else {}),
        "print": {"sha256": row["sha256"], "key": row["key"], **row["software"]},
    }


def _picture(writer: _Writer, path: str, made: _Made, row: Row) -> bytes:
    """Add the training picture; returns the content that its file will have.

    Its origin is what decides its bytes, so that a costly encoding is not repeated for another caption.
    """
    processed, background = picture_path(made.out, row), _background(row)
    digest = sha256_file(processed)
    ours, under = digest == made.entry(row).get("sha256"), trained_on(background)
    plain = ours and made.output.format == "png" and under is background
    how = [] if plain else [made.output.format, TABLE["formats"][made.output.format], under.geometry]
    origin = sha256_value(["picture", row["id"], digest, *how])
    return writer.reuse(path, origin, lambda: training_picture(processed, ours, background, made.output))


def _controls(writer: _Writer, stem: str, made: _Made, row: Row, mask: bytes, size: Size) -> dict[str, str]:
    """Add the control pictures that are wanted of a row and can be made; kind -> path."""
    entry = made.entry(row)
    told = row.get("control") or {}
    added: dict[str, str] = {}
    for kind in made.control:
        path = f"{FOLDER}/{kind}/{stem}.png"
        if kind == "pose":
            done = _pose(writer, path, in_picture(row, entry), size)
        elif kind == "mask":
            done = bool(writer.add(path, mask, sha256_value(["control mask", row["id"], sha256_bytes(mask)])))
        else:
            done = kind in told and _cut(writer, path, made, told[kind], entry)
        if done:
            added[kind] = path
    return added


def _pose(writer: _Writer, path: str, row: Row, size: Size) -> bool:
    """Add the figure of a row whose points are the picture's, as picture and as JSON; False where there is none."""
    origin = sha256_value(["pose", RECIPE, row["id"], row.get("points"), size])
    drawn = writer.folder.ours(origin) or pose_picture(row, size)
    if drawn is None:
        return False
    writer.reuse(path, origin, lambda: drawn)
    text = pose_json(row, size)
    writer.add(str(PurePosixPath(path).with_suffix(".json")), text, sha256_value(["pose json", sha256_bytes(text)]))
    return True


def _cut(writer: _Writer, path: str, made: _Made, told: Row, entry: Row) -> bool:
    """Add a control picture that was rendered, cut as its picture is."""
    source = made.out / RAW / told["file"]
    origin = sha256_value(["control", RECIPE, told["sha256"], entry.get("crop"), entry.get("size")])
    writer.reuse(path, origin, lambda: cut(source, made.out, frame_of(entry) if "crop" in entry else None))
    return True


def _depth_range(row: Row, controls: dict[str, str]) -> dict[str, float] | None:
    """Of the depth picture: what its lightest and darkest grey stand for, in the scene's units from the camera."""
    if "depth" not in controls:
        return None
    told = row["control"]["depth"]
    return {"near": told["near"], "far": told["far"]}


def _one_line(name: str, data: bytes) -> bytes:
    """A person's caption as trainers read it: UTF-8 without BOM, one line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: this edited caption is not UTF-8 text. Save it as UTF-8.") from error
    words = " ".join(text.split())
    return f"{words}\n".encode() if words else b""


def _metadata(entry: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """One line of metadata.jsonl: the form that Hugging Face's imagefolder and diffusers read."""
    captions = entry["captions"]
    return {
        "file_name": entry["file"],
        "text": entry["text"],
        "text_nl": captions["natural"],
        "text_tags": captions["tags"],
        "text_danbooru": captions["danbooru"],
        "settings": entry["settings"],
        "shot": entry["id"],
        "seed": job.get("seed"),
        "sha256": entry["sha256"],
        "mask": entry["mask"],
    }


def _set_facts(entries: list[dict[str, Any]]) -> SetFacts:
    controls = Counter(kind for entry in entries for kind in entry.get("control", ()))
    return SetFacts(
        [entry["text"] for entry in entries], [entry["settings"] for entry in entries], len(entries), controls
    )


def _character(job: dict[str, Any], facts: CharacterFacts) -> dict[str, Any]:
    source = str(job.get("file") or "").replace("\\", "/")
    return {
        "name": facts.name,
        "kind": facts.kind,
        "file": PurePath(source).name,
        "sha256": job.get("sha256"),
        "licence": facts.licence,
    }


def _manifest(described: Described, job: dict, character: dict, plan: dict, entries: list[dict]) -> dict[str, Any]:
    provenance = ("captions", "text")
    return {
        "format": FORMAT,
        "modelsheet": VERSION,
        "trigger": described.trigger,
        "class_word": described.class_word,
        "repeats": described.repeats,
        "style": described.style,
        "resolution": described.resolution,
        "preset": job.get("preset"),
        "seed": job.get("seed"),
        "character": character,
        "counts": {
            "pictures": len(entries),
            "per_epoch": len(entries) * described.repeats,
            "captions_edited": sum(entry["caption_edited"] for entry in entries),
        },
        "coverage": plan.get("coverage", {}),
        "left_out": plan.get("left_out", []),
        "pictures": [{name: value for name, value in entry.items() if name not in provenance} for entry in entries],
    }


def _add_record(writer: _Writer, manifest: dict[str, Any]) -> None:
    """The manifest lists every file but these two; the sums list every file but themselves."""
    text = json.dumps({**manifest, "files": dict(sorted(writer.files.items()))}, indent=1, ensure_ascii=False)
    writer.add(RECORD, f"{text}\n".encode())
    sums = "".join(f"{digest}  {path}\n" for path, digest in sorted(writer.sums.items()))
    writer.add(SUMS, sums.encode())


def _lines(rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows).encode()
