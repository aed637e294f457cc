# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of the dataset, with its mask and its control pictures: what is added to the folder for one shot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..common.files import sha256_bytes, sha256_file, sha256_value
from ..plan.control import FOLDER
from ..plan.settings import Setting, setting
from .backgrounds import trained_on
from .controls import RECIPE, cut, pose_json, pose_picture
from .described import Described
from .layout import RAW, Row
from .output import TABLE, Output, Size
from .pictures import training_mask, training_picture
from .process import frame_of, in_picture, mask_path, picture_path
from .writer import Writer


@dataclass(frozen=True)
class Made:
    """What was processed, what the training files are to be like, and which control pictures are wanted."""

    out: Path
    output: Output
    index: dict[str, Row]
    control: tuple[str, ...]

    def entry(self, row: Row) -> Row:
        """The index's entry of a row; {} for one that has none."""
        return self.index.get(row["id"], {})


def add_picture(writer: Writer, described: Described, made: Made, row: Row, size: Size) -> dict[str, Any]:
    """Add picture, mask and control pictures of one shot; returns what the manifest says of them."""
    stem = f"{described.stem}_{row['number']:04d}"
    file, mask_file = f"{described.image_dir}/{stem}{made.output.suffix}", f"masks/{stem}.png"
    digest = _picture(writer, file, made, row)
    mask = training_mask(mask_path(made.out, row), size)
    hashed = sha256_bytes(mask)
    writer.reuse(mask_file, sha256_value(["mask", row["id"], hashed]), lambda: mask)
    controls = _controls(writer, stem, made, row, mask, size)
    return {
        **{"file": file, "mask": mask_file, "caption": f"{described.image_dir}/{stem}.txt"},
        **({"control": controls} if controls else {}),
        **({"depth_range": depth_range} if (depth_range := _depth_range(row, controls)) else {}),
        "id": row["id"],
        "number": row["number"],
        "settings": row["settings"],
        "size": list(size),
        "crop": made.entry(row).get("crop"),
        "boxes": in_picture(row, made.entry(row)).get("boxes"),
        "sha256": digest,
        "made": row["made"],
        **({"relit": row["relit"]} if row.get("relit") else {}),
        "print": {"sha256": row["sha256"], "key": row["key"], **row["software"]},
    }


def background_of(row: Row) -> Setting:
    """The background of a truth row."""
    return setting("background", row["settings"]["background"])


def _picture(writer: Writer, path: str, made: Made, row: Row) -> str:
    """Add the training picture; returns the hash that its file will have.

    Its origin is what decides its bytes, so that a costly encoding is not repeated for another caption.
    """
    processed, background = picture_path(made.out, row), background_of(row)
    digest = sha256_file(processed)
    ours, under = digest == made.entry(row).get("sha256"), trained_on(background)
    plain = ours and made.output.format == "png" and under is background
    how = [] if plain else [made.output.format, TABLE["formats"][made.output.format], under.geometry]
    origin = sha256_value(["picture", row["id"], digest, *how])
    return writer.reuse(path, origin, lambda: training_picture(processed, ours, background, made.output))


def _controls(writer: Writer, stem: str, made: Made, row: Row, mask: bytes, size: Size) -> dict[str, str]:
    """Add the control pictures that are wanted of a row and can be made; kind -> path."""
    entry = made.entry(row)
    told = row.get("control") or {}
    added: dict[str, str] = {}
    for kind in made.control:
        path = f"{FOLDER}/{kind}/{stem}.png"
        if kind == "pose":
            done = _pose(writer, path, in_picture(row, entry), size)
        elif kind == "mask":
            done = bool(writer.reuse(path, sha256_value(["control mask", row["id"], sha256_bytes(mask)]), lambda: mask))
        else:
            done = kind in told and _cut(writer, path, made, told[kind], entry)
        if done:
            added[kind] = path
    return added


def _pose(writer: Writer, path: str, row: Row, size: Size) -> bool:
    """Add the figure of a row whose points are the picture's, as picture and as JSON; False where there is none."""
    origin = sha256_value(["pose", RECIPE, row["id"], row.get("points"), size])
    drawn = writer.folder.ours(origin) or pose_picture(row, size)
    if drawn is None:
        return False
    writer.reuse(path, origin, lambda: drawn)
    text = pose_json(row, size)
    writer.add(str(PurePosixPath(path).with_suffix(".json")), text, sha256_value(["pose json", sha256_bytes(text)]))
    return True


def _cut(writer: Writer, path: str, made: Made, told: Row, entry: Row) -> bool:
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
