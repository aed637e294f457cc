# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a character, as plain data: the form in which `inspect --json` prints it.

The character room (in Blender) fills it in; plan, studio and dataset read it. World space, units as imported.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Vector = tuple[float, float, float]

#: Confidence (0..1) from which a facing or a head is taken without asking; below it the user is asked or warned.
SURE = 0.5


#: What a row of the truth says of the licence; all of it stands in character.json.
LICENCE = ("source", "name", "copyright", "author", "forbids", "asks")


@dataclass(frozen=True)
class Head:
    """The head's middle and its height from chin to crown (hair included)."""

    center: Vector
    height: float


@dataclass(frozen=True)
class Ability:
    """How a character can make an expression or a pose.

    method: "vrm" | "shape_keys" | "bones" | "head_only" | "none"; exact is False where it is approximated.
    """

    method: str
    exact: bool


@dataclass(frozen=True)
class CharacterFacts:
    """One character found in a file. `facing` and `up` are unit vectors; the character's left is up x facing.

    body: "full" | "bust" | "head". landmarks: name -> point at rest (crown, chin, neck, shoulders, waist, hips,
    thighs, knees, floor: those that the body has; points on the middle line). evidence, confidence: by what and how
    surely "facing", "head", "eyes" and "kind" were found; a sentence, and 0..1 (SURE). licence: what the file says of
    its use, None where it is silent: {"source", "fields": {name: text as the file has it}, "author", "copyright",
    "name", "url" where stated, "forbids": [plain words], "asks": [plain words]}. words: what the character itself
    states for captions (age, class, hair ...), which only the sitter does.
    """

    name: str
    kind: str
    body: str
    facing: Vector
    up: Vector
    height: float
    head: Head
    eyes: tuple[Vector, Vector] | None
    face: bool
    rig: str
    expressions: dict[str, Ability]
    poses: dict[str, Ability]
    landmarks: dict[str, Vector]
    evidence: dict[str, str]
    confidence: dict[str, float]
    licence: dict[str, Any] | None = None
    words: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The mapping that `inspect --json` prints."""
        return asdict(self)

    def row(self, sha256: str) -> dict[str, Any]:
        """What every row of the truth says of the character: name, the file's hash, the licence in short."""
        short = self.licence and {key: self.licence[key] for key in LICENCE if self.licence.get(key)}
        return {"name": self.name, "sha256": sha256, "licence": short}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> CharacterFacts:
        """The inverse of to_json (lists become tuples again)."""
        eyes = data["eyes"]
        typed: dict[str, Any] = {
            "head": Head(tuple(data["head"]["center"]), data["head"]["height"]),
            "eyes": None if eyes is None else (tuple(eyes[0]), tuple(eyes[1])),
            "landmarks": {key: tuple(value) for key, value in data["landmarks"].items()},
        }
        typed |= {name: tuple(data[name]) for name in ("facing", "up")}
        for name in ("expressions", "poses"):
            typed[name] = {key: Ability(**value) for key, value in data[name].items()}
        return cls(**{**data, **typed})
