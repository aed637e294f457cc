# SPDX-License-Identifier: GPL-3.0-or-later
"""manifest.json and metadata.jsonl: what the dataset is, for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any

from ..common.version import VERSION
from ..plan.facts import CharacterFacts
from .described import Described
from .folder import RECORD
from .layout import read_json
from .mitigations import SetFacts

#: Of the manifest.
FORMAT = 1
#: Style -> its column in metadata.jsonl. `text` is the caption file's.
COLUMNS = {
    "text_nl": "natural",
    "text_tags": "tags",
    "text_danbooru": "danbooru",
    "text_e621": "e621",
    "text_hybrid": "hybrid",
}


def manifest_of(
    described: Described, job: Mapping[str, Any], facts: CharacterFacts, plan: Mapping[str, Any], entries: list[dict]
) -> dict[str, Any]:
    """The manifest; entries: what is known of each picture. Where captions come from stays with each of them."""
    left_out = ("captions", "text")
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
        "character": _character(job, facts),
        "counts": {
            "pictures": len(entries),
            "per_epoch": len(entries) * described.repeats,
            "captions_edited": sum(entry["caption_edited"] for entry in entries),
        },
        "coverage": plan.get("coverage", {}),
        "left_out": plan.get("left_out", []),
        "pictures": [{name: value for name, value in entry.items() if name not in left_out} for entry in entries],
    }


def metadata(entries: Iterable[Mapping[str, Any]], job: Mapping[str, Any]) -> bytes:
    """metadata.jsonl, in the form that Hugging Face's imagefolder and diffusers read: a line a picture."""
    lines = (json.dumps(_line(entry, job), ensure_ascii=False, allow_nan=False) + "\n" for entry in entries)
    return "".join(lines).encode()


def set_facts(entries: list[dict[str, Any]]) -> SetFacts:
    """What the card's sentences are made of."""
    controls = Counter(kind for entry in entries for kind in entry.get("control", ()))
    return SetFacts(
        [entry["text"] for entry in entries], [entry["settings"] for entry in entries], len(entries), controls
    )


def manifest_before(folder: Path) -> dict[str, Any]:
    """The manifest that lies in a dataset's folder; {} without one. Raises InputError for what can't be read."""
    path = folder / RECORD
    found = read_json(path) if path.is_file() else {}
    return found if isinstance(found, dict) else {}


def _line(entry: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    captions = entry["captions"]
    return {
        "file_name": entry["file"],
        "text": entry["text"],
        **{column: captions[style] for column, style in COLUMNS.items()},
        "settings": entry["settings"],
        "shot": entry["id"],
        "seed": job.get("seed"),
        "sha256": entry["sha256"],
        "mask": entry["mask"],
    }


def _character(job: Mapping[str, Any], facts: CharacterFacts) -> dict[str, Any]:
    source = str(job.get("file") or "").replace("\\", "/")
    return {
        "name": facts.name,
        "kind": facts.kind,
        "file": PurePath(source).name,
        "sha256": job.get("sha256"),
        "licence": facts.licence,
    }
