# SPDX-License-Identifier: GPL-3.0-or-later
"""What an expression asks of a face, as the table plan/settings/expression.yaml says it. No bpy.

A face has three parts that can speak: brow, eye, mouth. Where a face lacks the keys of a part, bones may make it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any

PARTS = ("brow", "eye", "mouth")
SIDES = ("left", "right")


def part_of_key(key: str) -> str:
    """The part of the face that an ARKit key moves (jaw, cheeks and nose speak with the mouth)."""
    return next((part for part in ("brow", "eye") if key.startswith(part)), "mouth")


def part_of_bone(role: str) -> str:
    """The part of the face that a face bone moves."""
    return "brow" if role.endswith("brow") else "eye" if role.endswith("lid") else "mouth"


def both_sides(weights: dict[str, float]) -> dict[str, float]:
    """Write out names that end in `_`: `mouthSmile_` is mouthSmileLeft and mouthSmileRight."""
    result: dict[str, float] = {}
    for name, weight in weights.items():
        for full in expand(name):
            result[full] = result.get(full, 0.0) + weight
    return result


def expand(name: str) -> list[str]:
    """`mouthSmile_` -> both keys; any other name is itself."""
    return [f"{name[:-1]}{side}" for side in ("Left", "Right")] if name.endswith("_") else [name]


def key_weights(geometry: dict[str, Any], known: Container[str]) -> tuple[dict[str, float], tuple[str, ...]]:
    """(weights of the keys that the face has, keys that it lacks), the rest speaking up for a part that is missing.

    No weight goes above 1.
    """
    wanted = both_sides(geometry.get("keys", {}))
    have = {name: weight for name, weight in wanted.items() if name in known}
    missing = tuple(name for name in wanted if name not in known)
    for part, extra in geometry.get("without", {}).items():
        if any(part_of_key(name) == part for name in have):
            continue
        for name, weight in both_sides(extra).items():
            if name in known:
                have[name] = have.get(name, 0.0) + weight
    return {name: min(weight, 1.0) for name, weight in have.items()}, missing


@dataclass(frozen=True)
class BoneRow:
    """One face bone's part in an expression: shifts in head heights, or degrees that the jaw opens."""

    role: str
    out: float = 0.0
    up: float = 0.0
    forward: float = 0.0
    open: float = 0.0


def bone_rows(geometry: dict[str, Any], known: Container[str]) -> list[BoneRow]:
    """The rows for bones that the face has; a role without a side stands for both where it has sides."""
    rows: dict[str, BoneRow] = {}
    for role, row in geometry.get("bones", {}).items():
        for name in roles(role, known):
            rows[name] = BoneRow(name, **row)
    return sorted(rows.values(), key=lambda row: row.open == 0.0)


def roles(role: str, known: Container[str]) -> list[str]:
    """`cheek` -> left_cheek and right_cheek, `jaw` -> jaw: those that the face has."""
    return [name for name in (role, *(f"{side}_{role}" for side in SIDES)) if name in known]


def bones_of(geometry: dict[str, Any], known: Container[str], parts: Iterable[str]) -> list[BoneRow]:
    """The rows that move some parts of the face."""
    wanted = set(parts)
    return [row for row in bone_rows(geometry, known) if part_of_bone(row.role) in wanted]


#: Degrees that a full eyeLookDown or eyeLookUp turns an eye (ARKit's own range).
FULL_LOOK = 30.0


def gaze_keys(geometry: dict[str, Any], known: Container[str]) -> dict[str, float]:
    """The keys that turn both eyes as far down (or up) as the recipe's `gaze` says; {} where one of them is missing."""
    degrees = float(geometry.get("gaze", 0.0))
    names = expand("eyeLookDown_" if degrees > 0 else "eyeLookUp_")
    if not degrees or any(name not in known for name in names):
        return {}
    return dict.fromkeys(names, min(abs(degrees) / FULL_LOOK, 1.0))


def own_way(geometry: dict[str, Any], known: Container[str]) -> dict[str, float]:
    """The best way of making it from the file's own whole expressions; empty where there is none."""
    return next((way for way in geometry.get("own", ()) if all(name in known for name in way)), {})
