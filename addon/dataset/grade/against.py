# SPDX-License-Identifier: GPL-3.0-or-later
"""What samples are laid beside: training pictures with captions and masks, and the test prompts that belong to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ..folder import RECORD
from ..intake import read_bytes, read_caption, walk_pictures
from ..layout import FINAL
from ..prompts import FOLDER, LIST, groups

#: Bounds of what is read of a dataset that may be anybody's.
MOST_MANIFEST, MOST_LIST, MOST_PROMPTS = 64 << 20, 4 << 20, 1000


@dataclass(frozen=True)
class Trained:
    """A training picture; mask: of its subject, or None where there is none."""

    path: Path
    caption: str
    mask: Path | None


@dataclass(frozen=True)
class Asked:
    """A test prompt. group: one of prompts.groups(), or "" in a list of somebody else's. expects: what can be measured
    of the answer ("likeness", "unlike", "place", "grey"), or ""."""

    id: str
    group: str
    text: str
    look: str = ""
    expects: str = ""


@dataclass(frozen=True)
class Against:
    """folder: to which training pictures belong. left_out: sentences on what could not be used."""

    folder: Path
    trained: tuple[Trained, ...]
    prompts: tuple[Asked, ...]
    trigger: str
    left_out: tuple[str, ...]


def read_against(place: Path, prompts: Path | None = None) -> Against:
    """A dataset of ours (its OUT or its final_dataset), or any folder of pictures with captions beside them.

    prompts: another list of prompts: plain lines, sd-scripts' form, or ours. Raises InputError when there is nothing.
    """
    folder = next((one for one in (place / FINAL, place) if (one / RECORD).is_file()), place)
    if not folder.is_dir():
        raise InputError(f"--against {place}: no such folder. Give the dataset that the LoRA was trained on.")
    manifest = _manifest(folder) if (folder / RECORD).is_file() else {}
    trained, left_out = _ours(folder, manifest) if manifest else _theirs(folder)
    if not trained:
        raise InputError(f"--against {place}: holds no pictures. Give the dataset that the LoRA was trained on.")
    own = folder / FOLDER / LIST
    source = prompts if prompts is not None else own if own.is_file() else None
    asked = () if source is None else read_prompts(source)
    return Against(folder, tuple(trained), asked, str(manifest.get("trigger") or ""), tuple(left_out))


def read_prompts(path: Path) -> tuple[Asked, ...]:
    """A list of prompts: one JSON object a line (ours), else one prompt a line, without comments and options."""
    try:
        text = read_bytes(path, MOST_LIST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text. Save it as UTF-8.") from error
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) > MOST_PROMPTS:
        raise InputError(f"{path}: more than {MOST_PROMPTS} prompts. Give a shorter list.")
    rows = [_asked(path, number, line) for number, line in enumerate(lines)]
    if not rows:
        raise InputError(f"{path}: holds no prompts. Give a list with one prompt a line.")
    return tuple(rows)


def _asked(path: Path, number: int, line: str) -> Asked:
    if not line.startswith("{"):
        return Asked(f"prompt-{number + 1}", "", line.split(" --", maxsplit=1)[0].strip())
    try:
        row = json.loads(line)
        said = {name: str(row.get(name) or "")[:4000] for name in ("id", "group", "text", "look", "expects")}
    except (ValueError, RecursionError, AttributeError) as error:
        raise InputError(f"{path}, line {number + 1}: not JSON. Mend the line, or build the dataset again.") from error
    if not said["text"]:
        raise InputError(
            f"{path}, line {number + 1}: a prompt without text. Mend the line, or build the dataset again."
        )
    said["group"] = said["group"] if said["group"] in groups() else ""
    return Asked(**{**said, "id": said["id"] or f"prompt-{number + 1}"})


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / RECORD
    try:
        data = json.loads(read_bytes(path, MOST_MANIFEST, folder))
        rows = data["pictures"]
        if not all(isinstance(row[name], str) for row in rows for name in ("file", "caption")):
            raise TypeError("paths that are no text")
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a dataset's manifest ({error}). Build the dataset again.") from error
    return data


def _ours(folder: Path, manifest: dict[str, Any]) -> tuple[list[Trained], list[str]]:
    trained, left_out = [], []
    for row in manifest["pictures"]:
        path = folder / row["file"]
        mask = folder / row["mask"] if isinstance(row.get("mask"), str) else None
        if not path.is_file():
            left_out.append(f"{row['file']}: in the manifest, but not there.")
            continue
        trained.append(Trained(path, _caption(folder / row["caption"], folder), mask))
    return trained, left_out


def _theirs(folder: Path) -> tuple[list[Trained], list[str]]:
    walk = walk_pictures(folder)
    trained = [Trained(path, _caption(path.with_suffix(".txt"), folder), None) for path in walk.pictures]
    return trained, list(walk.left_out)


def _caption(path: Path, folder: Path) -> str:
    """A caption, or "" where there is none that can be read."""
    try:
        return read_caption(path, folder) if path.is_file() else ""
    except InputError:
        return ""
