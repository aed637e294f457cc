# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found, drawn over the character in the viewport: head's box, front, eyes. Nothing of the scene is changed.

What is found is told of the character at rest; the drawing follows the head as it is posed and moved now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import blf
import bpy
from mathutils import Matrix, Vector

from .looked import AXES, Looked

#: sRGB colours that stand out on grey and on skin alike, with the words they are drawn with.
HEAD, FRONT, EYES = (1.0, 0.72, 0.1, 1.0), (0.2, 0.85, 1.0, 1.0), (1.0, 0.25, 0.55, 1.0)
#: A head's width and depth over its height.
WIDE, DEEP = 0.72, 0.86
#: How far the front's arrow reaches, and its point, in head heights.
REACH, POINT = 1.3, 0.16
#: Half of an eye's cross, in head heights.
CROSS = 0.06
LINE, TEXT = 2.0, 12
#: Pixels between a mark and its words.
ASIDE = 8


@dataclass(frozen=True)
class Drawing:
    """lines: colour -> ends of lines, two by two; words: what stands where. In the space in which facts are told."""

    lines: dict[tuple[float, ...], list[Vector]]
    words: list[tuple[Vector, str, tuple[float, ...]]]


def drawing(looked: Looked, facing: str, eyes: tuple[Vector, Vector] | None) -> Drawing | None:
    """What to draw of a character. facing: an axis that the user says; eyes: left and right that the user placed."""
    facts = looked.facts
    if "head" not in facts or "facing" not in facts:
        return None
    up = Vector(facts["up"]).normalized()
    ahead = Vector(AXES[facing] if facing in AXES else facts["facing"])
    ahead = (ahead - up * ahead.dot(up)).normalized()
    left = up.cross(ahead)
    center, height = Vector(facts["head"]["center"]), facts["head"]["height"]
    sure = facts.get("confidence", {})
    half = (left * WIDE * height / 2, ahead * DEEP * height / 2, up * height / 2)
    corners = [
        [center + x * half[0] + y * half[1] + z * half[2] for z in (-1, 1)]
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    box = []
    for number, (low, high) in enumerate(corners):
        following = corners[(number + 1) % 4]
        box += [low, following[0], high, following[1], low, high]
    tip = center + ahead * height * REACH
    arrow = [center + half[1], tip]
    for side in (left, -left, up, -up):
        arrow += [tip, tip - ahead * height * POINT + side * height * POINT / 2]
    lines, words = {HEAD: box, FRONT: arrow}, [(tip, _said("Front", facing in AXES, sure.get("facing")), FRONT)]
    words.append((center + half[2] - half[0], _said("Head", False, sure.get("head")), HEAD))
    pair = eyes or facts.get("eyes")
    if pair:
        crosses = []
        for name, eye in zip(("L", "R"), map(Vector, pair), strict=True):
            for way in (left, up, ahead):
                crosses += [eye - way * height * CROSS, eye + way * height * CROSS]
            words.append((eye + (left if name == "L" else -left) * height * 2 * CROSS, name, EYES))
        lines[EYES] = crosses
    return Drawing(lines, words)


def _said(what: str, asked: bool, sure: float | None) -> str:
    return f"{what}: as you say" if asked else what if sure is None else f"{what}: {sure:.0%} sure"


def carried(looked: Looked, scene: bpy.types.Scene) -> Matrix:
    """How the head was carried since it was looked at: by its object, and by its bone's pose."""
    names = [looked.handles.get("armature"), *looked.handles.get("meshes", ())]
    obj = next((scene.objects[name] for name in names if name in looked.standing and name in scene.objects), None)
    if obj is None:
        return Matrix.Identity(4)
    numbers = looked.standing[obj.name]
    then = Matrix([numbers[row : row + 4] for row in range(0, 16, 4)])
    moved = obj.matrix_world @ _posed(obj, looked.handles.get("head"))
    return moved @ then.inverted_safe()


def _posed(obj: bpy.types.Object, bone: str | None) -> Matrix:
    posed = obj.pose.bones.get(bone) if obj.type == "ARMATURE" and bone and obj.pose else None
    if posed is None or obj.data.pose_position == "REST":
        return Matrix.Identity(4)
    return posed.matrix @ posed.bone.matrix_local.inverted_safe()


class Overlay:
    """Two draw handlers of every 3D viewport: lines in space, words on the screen."""

    def __init__(self) -> None:
        self._handles: list[Any] = []
        self._known: tuple[Any, Drawing | None] = (None, None)

    def add(self) -> None:
        """Begin to draw."""
        kinds: tuple[tuple[Callable[[], None], str], ...] = ((self._lines, "POST_VIEW"), (self._words, "POST_PIXEL"))
        for draw, when in kinds:
            self._handles.append(bpy.types.SpaceView3D.draw_handler_add(draw, (), "WINDOW", when))

    def remove(self) -> None:
        """End it, without a trace."""
        while self._handles:
            bpy.types.SpaceView3D.draw_handler_remove(self._handles.pop(), "WINDOW")
        self._known = (None, None)

    def now(self) -> tuple[Drawing, Matrix] | None:
        """What is to be drawn in the window that is being drawn, and where; None for nothing."""
        scene, space = bpy.context.scene, bpy.context.space_data
        settings, own = getattr(scene, "modelsheet", None), getattr(scene, "modelsheet_scene", None)
        if settings is None or own is None or not own.overlay or settings.source != "scene":
            return None
        if space is not None and not getattr(space.overlay, "show_overlays", True):
            return None
        looked = settings.looked()
        if looked is None:
            return None
        eyes = (own.left_eye.copy(), own.right_eye.copy()) if own.has_eyes else None
        key = (id(looked), settings.facing, tuple(tuple(eye) for eye in eyes or ()))
        if self._known[0] != key:
            self._known = (key, drawing(looked, settings.facing, eyes))
        found = self._known[1]
        return None if found is None else (found, carried(looked, scene))

    def _lines(self) -> None:
        shown = self.now()
        if shown is None:
            return
        import gpu
        from gpu_extras.batch import batch_for_shader

        found, place = shown
        shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
        shader.bind()
        region = bpy.context.region
        shader.uniform_float("viewportSize", (region.width, region.height))
        shader.uniform_float("lineWidth", LINE * bpy.context.preferences.system.ui_scale)
        gpu.state.blend_set("ALPHA")
        try:
            with gpu.matrix.push_pop():
                gpu.matrix.multiply_matrix(place)
                for colour, ends in found.lines.items():
                    shader.uniform_float("color", colour)
                    batch_for_shader(shader, "LINES", {"pos": [tuple(end) for end in ends]}).draw(shader)
        finally:
            gpu.state.blend_set("NONE")

    def _words(self) -> None:
        shown = self.now()
        if shown is None:
            return
        from bpy_extras.view3d_utils import location_3d_to_region_2d

        found, place = shown
        blf.size(0, TEXT * bpy.context.preferences.system.ui_scale)
        blf.enable(0, blf.SHADOW)
        blf.shadow(0, 3, 0.0, 0.0, 0.0, 0.9)
        for point, text, colour in found.words:
            spot = location_3d_to_region_2d(bpy.context.region, bpy.context.region_data, place @ point)
            if spot is not None:
                down = blf.dimensions(0, text)[1] + ASIDE if colour == FRONT else -ASIDE
                blf.position(0, spot.x + ASIDE, spot.y - down, 0)
                blf.color(0, *colour)
                blf.draw(0, text)
        blf.disable(0, blf.SHADOW)
