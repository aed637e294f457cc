# SPDX-License-Identifier: GPL-3.0-or-later
"""provenance.json: where a set came from, for machines; it stands in the dataset and so in every package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .rights import Judged

#: Of the file.
FORMAT = 1
#: What of a job decides its pictures and captions. Paths of somebody's computer stay out.
_SETTINGS = (
    "preset",
    "seed",
    "budget",
    "resolution",
    "samples",
    "engine",
    "style",
    "class_word",
    "age",
    "ethnicity",
    "style_notes",
    "identity",
    "repeats",
    "sitter",
    "overrides",
    "preset_resolved",
    "blender",
    "code",
)


def provenance(job: Mapping[str, Any], manifest: Mapping[str, Any], judged: Judged) -> bytes:
    """The file's content: the character and its hash, the rights as judged and declared, the software, the settings,
    and for each picture its hash and that of the print it came from. The same set gives the same bytes.

    job: job.yaml's mapping; manifest: as build.py makes it.
    """
    data = {
        "format": FORMAT,
        "notice": judged.to_json()["notice"],
        "trigger": manifest["trigger"],
        "character": manifest["character"],
        "rights": {name: value for name, value in judged.to_json().items() if name != "notice"},
        "software": {"modelsheet": manifest["modelsheet"], "prints": _software(manifest)},
        "settings": {name: job[name] for name in _SETTINGS if job.get(name) not in (None, {}, [])},
        "pictures": [_picture(entry) for entry in manifest["pictures"]],
    }
    return f"{json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)}\n".encode()


def _software(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What made the prints: one entry for each way that occurs."""
    found: dict[str, dict[str, Any]] = {}
    for entry in manifest["pictures"]:
        used = {name: value for name, value in (entry.get("print") or {}).items() if name not in ("sha256", "key")}
        if used:
            found.setdefault(json.dumps(used, sort_keys=True), used)
    return [found[name] for name in sorted(found)]


def _picture(entry: Mapping[str, Any]) -> dict[str, Any]:
    made_of = entry.get("print") or {}
    return {
        "file": entry["file"],
        "sha256": entry["sha256"],
        "caption_edited": entry.get("caption_edited", False),
        "shot": entry.get("id"),
        "settings": entry.get("settings"),
        "print": {name: made_of[name] for name in ("sha256", "key") if name in made_of},
    }
