# SPDX-License-Identifier: GPL-3.0-or-later
"""What is true of a print because the program made it: boxes, key points, visibility.

Pixels are counted from the picture's top left corner; a box is [x0, y0, x1, y1] with x1 and y1 exclusive.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector
from PIL import Image

from ..character.loaded import Body, Loaded, Made
from ..studio.frames import axes, head_forward, head_turn
from ..studio.projection import CameraTruth, project

#: Alpha from which a pixel counts as the character (of 255): less is a soft edge that nobody sees.
SEEN_ALPHA = 8
#: How deep a point may lie under the surface that is seen, so that a joint inside an arm counts: in head heights ...
HEAD_DEPTH = {"eye": 0.05, "ear": 0.05, "nose": 0.08, "mouth": 0.10, "chin": 0.12, "crown": 0.15}
#: ... and, for the body, in seventh parts of its height where that is less: a chibi's arms do not grow with its head.
BODY_DEPTH = {"neck": 0.45, "shoulder": 0.5, "elbow": 0.35, "wrist": 0.3, "hip": 0.65, "knee": 0.45, "ankle": 0.4}
#: Eyes and ears are areas: they are seen where this share of places in a cross of this radius (head heights) is.
AREA = {"eye": 0.03, "ear": 0.06}
AREA_SHARE = 0.5
#: An expression can be read up to this angle between the face and the camera; a single eye a little beyond it.
FACE_ANGLE, EYE_ANGLE = 75.0, 105.0
#: The far eye goes behind the nose where the camera stands this far (degrees) on the other side of the face.
FAR_EYE_ANGLE = 65.0
#: Of a hand's sampled vertices, this share must be seen.
HAND_SHARE, HAND_SAMPLES, HAND_DEPTH = 0.25, 24, 0.15


@dataclass(frozen=True)
class Scenery:
    """What a camera has before it."""

    loaded: Loaded
    body: Body
    camera: CameraTruth
    size: tuple[int, int]


def take_truth(scenery: Scenery, made: dict[str, Made]) -> dict[str, Any]:
    """All of a truth row that every print of a take shares. Call it while the scene stands as it is rendered."""
    body, camera, size = scenery.body, scenery.camera, scenery.size
    sight = Sight(scenery)
    turned = sight.face_angle()
    points = {name: sight.point(name, turned) for name in body.points}
    boxes = {name: _box(project(camera, body.vertices[body.parts[name]], size), size)
             if name in body.parts else None for name in ("head", "face")}  # fmt: skip
    face = turned < FACE_ANGLE and boxes["face"] is not None
    if turned >= EYE_ANGLE:
        boxes["face"] = None
    eyes = sum(points[name]["visible"] for name in ("left_eye", "right_eye") if name in points)
    hands = sum(sight.hand(side) for side in ("left", "right"))
    return {
        "made": {name: asdict(how) | {"missing": list(how.missing)} for name, how in sorted(made.items())},
        "camera": camera.to_json(),
        "boxes": boxes,
        "points": points,
        "visible": {"face": face, "eyes": eyes, "hands": hands},
        "character": scenery.loaded.facts.row(scenery.loaded.sha256),
    }


def print_truth(path: Path) -> dict[str, Any]:
    """{"subject": box or None, "foreground": 0..1} from a print's own alpha."""
    with Image.open(path) as image:
        alpha = np.asarray(image.getchannel("A"))
    seen = alpha >= SEEN_ALPHA
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    box = None
    if len(rows):
        box = [float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)]
    return {"subject": box, "foreground": round(float(alpha.mean()) / 255, 5)}


class Sight:
    """What the camera sees of the character: rays against the meshes as they stand."""

    def __init__(self, scenery: Scenery) -> None:
        self.scenery = scenery
        self.depsgraph = bpy.context.evaluated_depsgraph_get()
        self.meshes = {mesh.name for mesh in scenery.loaded.meshes if not mesh.hide_render}
        self.eye = np.array(scenery.camera.matrix_world)[:3, 3]
        facts = scenery.loaded.facts
        self.unit = facts.head.height
        self.limb = min(self.unit, facts.height / 7)
        self.forward = head_forward(facts, scenery.body)

    def face_angle(self) -> float:
        """Degrees between where the head looks and where the camera stands."""
        back = np.array(self.scenery.camera.matrix_world)[:3, 2]
        return math.degrees(math.acos(float(np.clip(self.forward @ back, -1, 1))))

    def point(self, name: str, turned: float) -> dict[str, Any]:
        """{"x", "y", "in_frame", "visible"} of a key point; x and y are null behind the camera."""
        place = np.array(self.scenery.body.points[name], dtype=float)
        x, y, depth = (float(value) for value in project(self.scenery.camera, place[None], self.scenery.size)[0])
        if depth <= 0:
            return {"x": None, "y": None, "in_frame": False, "visible": False}
        width, height = self.scenery.size
        inside = 0 <= x < width and 0 <= y < height
        kind = name.removeprefix("left_").removeprefix("right_")
        hidden = kind == "eye" and (turned >= EYE_ANGLE or self._is_far_eye(name))
        seen = inside and not hidden and self._is_seen(kind, place)
        return {"x": round(x, 2), "y": round(y, 2), "in_frame": inside, "visible": seen}

    def _is_far_eye(self, name: str) -> bool:
        facts, body = self.scenery.loaded.facts, self.scenery.body
        outwards = head_turn(facts, body) @ axes(facts)[1] * (1 if name.startswith("left") else -1)
        back = np.array(self.scenery.camera.matrix_world)[:3, 2]
        return float(outwards @ back) < -math.sin(math.radians(FAR_EYE_ANGLE))

    def _is_seen(self, kind: str, place: np.ndarray) -> bool:
        if kind in BODY_DEPTH:
            return self.reaches(place, BODY_DEPTH[kind] * self.limb)
        seen = [self.reaches(spot, HEAD_DEPTH[kind] * self.unit) for spot in self._area(kind, place)]
        return bool(np.mean(seen) >= AREA_SHARE)

    def _area(self, kind: str, place: np.ndarray) -> list[np.ndarray]:
        """The place and, for what is an area, four around it as the camera sees it."""
        if kind not in AREA:
            return [place]
        right, up = np.array(self.scenery.camera.matrix_world)[:3, :2].T * AREA[kind] * self.unit
        return [place, place + right, place - right, place + up, place - up]

    def hand(self, side: str) -> bool:
        """Whether enough of a hand is in the picture and not hidden."""
        body = self.scenery.body
        part = body.parts.get(f"{side}_hand")
        if part is None or not len(part):
            return False
        chosen = body.vertices[part[np.linspace(0, len(part) - 1, min(HAND_SAMPLES, len(part))).astype(int)]]
        spots = project(self.scenery.camera, chosen, self.scenery.size)
        width, height = self.scenery.size
        inside = (spots[:, 2] > 0) & (spots[:, 0] >= 0) & (spots[:, 0] < width)
        inside &= (spots[:, 1] >= 0) & (spots[:, 1] < height)
        seen = [
            here and self.reaches(place, HAND_DEPTH * self.limb) for place, here in zip(chosen, inside, strict=True)
        ]
        return bool(np.mean(seen) >= HAND_SHARE)

    def reaches(self, place: np.ndarray, depth: float) -> bool:
        """Whether nothing stands before `place` but surfaces at most `depth` units above it."""
        way = place - self.eye
        far = float(np.linalg.norm(way)) - depth
        start, way = Vector(self.eye), Vector(way).normalized()
        gone = 0.0
        while gone < far:
            hit, spot, _normal, _index, found, _matrix = bpy.context.scene.ray_cast(
                self.depsgraph, start, way, distance=far - gone
            )
            if not hit:
                return True
            if found.name in self.meshes:
                return False
            step = (spot - start).length + 1e-4 * self.unit
            start, gone = start + way * step, gone + step
        return True


def _box(spots: np.ndarray, size: tuple[int, int]) -> list[float] | None:
    """Bounds of the points before the camera, cut off at the picture's edges; None where nothing is left."""
    ahead = spots[spots[:, 2] > 0, :2]
    if not len(ahead):
        return None
    low, high = np.clip(ahead.min(axis=0), 0, size), np.clip(ahead.max(axis=0), 0, size)
    if (high - low).min() <= 0:
        return None
    return [round(float(value), 2) for value in (*low, *high)]
