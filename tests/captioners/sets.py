# SPDX-License-Identifier: GPL-3.0-or-later
"""A rendered OUT, and model folders, for captioners; without any model library."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from modelsheet.common.files import write_json, write_jsonl, write_text
from modelsheet.plan.shots import AXES, Shot
from PIL import Image

ROW = {"angle": "front", "framing": "portrait", "expression": "neutral", "pose": "relaxed_arms"}
ROW |= {"lighting": "neutral_studio", "background": "white"}
COLOURS = [(220, 30, 30), (30, 30, 220), (200, 200, 200), (40, 160, 60), (10, 10, 10)]


def make_print(colour: tuple[int, int, int], size: tuple[int, int] = (48, 64), hidden: int = 0) -> Image.Image:
    """A block of a colour in the middle; what no alpha shows has the grey `hidden`."""
    picture = Image.new("RGBA", size, (hidden, hidden, hidden, 0))
    picture.paste((*colour, 255), (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    return picture


def make_row(number: int, path: Path, size: tuple[int, int]) -> dict[str, Any]:
    """The truth of a print."""
    shot = Shot(number, tuple(ROW[axis] for axis in AXES))
    made = {"method": "bones", "exact": True, "weights": {}, "missing": []}
    return {
        **shot.to_json(),
        "key": f"key-{number}",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": list(size),
        "made": {"expression": made, "pose": made},
        "visible": {"face": True, "eyes": 2, "hands": 2},
        "boxes": {"subject": [size[0] / 4, size[1] / 4, size[0] * 3 / 4, size[1] * 3 / 4]},
        "software": {"modelsheet": "0.1.0", "blender": "4.5", "engine": "cycles", "samples": 4},
    }


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes an OUT with so many prints, of five colours in turn."""

    def write(count: int = 5, size: tuple[int, int] = (48, 64)) -> Path:
        out = tmp_path / "out"
        raw = out / "raw_generated"
        raw.mkdir(parents=True)
        rows = []
        for number in range(1, count + 1):
            path = raw / f"{Shot(number, tuple(ROW[axis] for axis in AXES)).id}.png"
            make_print(COLOURS[(number - 1) % len(COLOURS)], size).save(path)
            rows.append(make_row(number, path, size))
        write_jsonl(raw / "shots.jsonl", rows)
        shots = [{name: row[name] for name in ("id", "number", "settings")} for row in rows]
        write_json(raw / "plan.json", {"preset": "x", "seed": 1, "shots": shots, "coverage": {}, "left_out": []})
        write_text(out / "job.yaml", yaml.safe_dump({"trigger": "mara_syn", "style": "tags", "file": "sitter"}))
        return out

    return write


def safetensors(numbers: int = 4, **names: int) -> bytes:
    """A file of float32 tensors: name -> how many numbers."""
    named = names or {"weight": numbers}
    head, start = {}, 0
    for name, count in named.items():
        head[name] = {"dtype": "F32", "shape": [count], "data_offsets": [start, start + 4 * count]}
        start += 4 * count
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + bytes(start)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder that has all that is looked at before a BLIP is loaded."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "blip"}), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(safetensors())
    return folder
