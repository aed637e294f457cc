# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up OUT: prints with soft edges and the truth rows that belong to them, no Blender needed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from modelsheet.common.files import write_json, write_jsonl, write_text
from modelsheet.plan.facts import Ability, CharacterFacts, Head
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES, Shot
from PIL import Image

SETTINGS = {
    "angle": "front",
    "framing": "portrait",
    "expression": "happy",
    "pose": "relaxed_arms",
    "lighting": "neutral_studio",
    "background": "neutral_grey",
}


def make_facts(**changes: Any) -> CharacterFacts:
    """A whole human."""
    values = {
        "name": "Test Figure",
        "kind": "humanoid",
        "body": "full",
        "facing": (0.0, -1.0, 0.0),
        "up": (0.0, 0.0, 1.0),
        "height": 1.7,
        "head": Head((0.0, 0.0, 1.6), 0.24),
        "eyes": None,
        "face": True,
        "rig": "mixamo",
        "expressions": {"happy": Ability("shape_keys", True)},
        "poses": {"relaxed_arms": Ability("bones", True)},
        "landmarks": {},
        "evidence": {},
        "confidence": {},
        "licence": {
            "source": "glTF asset",
            "fields": {"license": "CC0", "title": "Ada"},
            "author": "someone",
            "name": "CC0",
            "forbids": ["resale", "hate"],
            "asks": [],
        },
        "words": {"class": "woman", "age": "young", "hair": "short red hair", "eyes": "green eyes"},
    }
    return CharacterFacts(**{**values, **changes})


def make_row(number: int = 1, **settings: str) -> dict[str, Any]:
    """A truth row in which everything is shown and was made; settings may be changed."""
    shot = Shot(number, tuple({**SETTINGS, **settings}[axis] for axis in AXES))
    made = {"method": "bones", "exact": True, "weights": {}, "missing": []}
    return {
        **shot.to_json(),
        "file": f"{shot.id}.png",
        "key": f"key-{number}",
        "sha256": "",
        "size": [64, 96],
        "made": {"expression": made, "pose": made},
        "visible": {"face": True, "eyes": 2, "hands": 2},
        "foreground": 0.4,
        "software": {"modelsheet": "0.1.0", "blender": "4.5", "engine": "cycles", "samples": 4},
        "seconds": 1.5 * number,
    }


def make_print(width: int = 64, height: int = 96, shade: int = 0) -> Image.Image:
    """A blob with a soft edge, straight alpha, black where no alpha is."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot((x - width / 2) / (width * 0.3), (y - height / 2) / (height * 0.3))
    alpha = np.clip((1.2 - distance) / 0.4, 0, 1)
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[..., :3] = np.array([200, (90 + shade) % 256, 60])
    pixels[..., 3] = np.round(alpha * 255)
    pixels[pixels[..., 3] == 0] = 0
    return Image.fromarray(pixels)


@pytest.fixture
def facts() -> Callable[..., CharacterFacts]:
    """make_facts."""
    return make_facts


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    """make_row."""
    return make_row


@pytest.fixture
def out(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes an OUT with one shot for each background (or the rows given) and returns its path."""

    def write(rows: list[dict[str, Any]] | None = None, facts: CharacterFacts | None = None, **job: Any) -> Path:
        folder = tmp_path / "out"
        rows = rows or [
            make_row(number, background=name)
            for number, name in enumerate([name for name in axis_settings("background") if name != "folder"], 1)
        ]
        for entry in rows:
            path = folder / "raw_generated" / f"{entry['id']}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            make_print(*entry["size"], shade=entry["number"]).save(path)
            entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        write_jsonl(folder / "raw_generated" / "shots.jsonl", rows)
        shots = [{name: entry[name] for name in ("id", "number", "settings")} for entry in rows]
        plan = {"preset": "essentials", "seed": 1, "shots": shots, "coverage": {"settings": {}}, "left_out": []}
        write_json(folder / "raw_generated" / "plan.json", plan)
        write_json(folder / "raw_generated" / "character.json", (facts or make_facts()).to_json())
        asked = {"trigger": "mara_syn", "class_word": "woman", "style": "tags", "seed": 1, "file": "/x/y/z.glb"}
        asked["repeats"] = 10
        write_text(folder / "job.yaml", yaml.safe_dump({**asked, **job}))
        return folder

    return write
