# SPDX-License-Identifier: GPL-3.0-or-later
"""Corrections by pointing: the head is the active bone or object, an eye is where the 3D cursor stands."""

from __future__ import annotations

from typing import Any, ClassVar

import bpy
from mathutils import Vector

from .overlay import carried
from .runner import Runner

#: Chosen on the character itself: asked for where nobody was looked at yet.
LOOK_FIRST = "Look at the character first, so that Modelsheet knows what it corrects."


class _Corrects:
    """What the buttons share: they are for the open scene, and change only our own settings."""

    runner: ClassVar[Runner | None] = None

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Where the open scene's character was looked at."""
        settings = context.scene.modelsheet
        if settings.source != "scene" or settings.looked() is None:
            cls.poll_message_set(LOOK_FIRST)
            return False
        return True


class MODELSHEET_OT_head_here(_Corrects, bpy.types.Operator):
    """Take the active bone (in Pose Mode), or else the active object, for the head"""

    bl_idname = "modelsheet.head_here"
    bl_label = "Use the active bone or object"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Set the pick."""
        bone, obj = context.active_pose_bone, context.active_object
        if bone is None and obj is None:
            self.report({"ERROR"}, "Nothing is active. Click the head's bone in Pose Mode, or its object.")
            return {"CANCELLED"}
        context.scene.modelsheet.head = (bone or obj).name
        self.report({"INFO"}, f"The head is {(bone or obj).name}. Look again to see what follows from it.")
        return {"FINISHED"}


class MODELSHEET_OT_eye_here(_Corrects, bpy.types.Operator):
    """Place this eye at the 3D cursor. Shift + right click on the eye puts the cursor there"""

    bl_idname = "modelsheet.eye_here"
    bl_label = "Eye at 3D cursor"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    side: bpy.props.EnumProperty(
        name="Eye",
        items=(
            ("left", "Left eye", "The character's own left eye"),
            ("right", "Right eye", "The character's own right eye"),
        ),
    )

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Set it; the other eye stays where it was found, or goes to the other side of the head."""
        settings, own = context.scene.modelsheet, context.scene.modelsheet_scene
        looked = settings.looked()
        # What is found is told of the character at rest: back from how it is posed now.
        point = carried(looked, context.scene).inverted_safe() @ context.scene.cursor.location
        if not own.has_eyes:
            eyes = looked.facts.get("eyes") or _mirrored(looked.facts, point)
            own.left_eye, own.right_eye = eyes
        setattr(own, f"{self.side}_eye", point)
        own.has_eyes = True
        return {"FINISHED"}


class MODELSHEET_OT_eyes_found(_Corrects, bpy.types.Operator):
    """Take the eyes as they were found again"""

    bl_idname = "modelsheet.eyes_found"
    bl_label = "Eyes as found"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[Any]:
        """Forget the placed ones."""
        context.scene.modelsheet_scene.has_eyes = False
        return {"FINISHED"}


def _mirrored(facts: dict[str, Any], point: Vector) -> tuple[Vector, Vector]:
    """An eye and its mirror image across the middle of the head, the left one first."""
    facing, up = Vector(facts["facing"]), Vector(facts["up"])
    left = up.cross(facing).normalized()
    away = (point - Vector(facts["head"]["center"])).dot(left)
    other = point - 2 * away * left
    return (point, other) if away > 0 else (other, point)


CLASSES = (MODELSHEET_OT_head_here, MODELSHEET_OT_eye_here, MODELSHEET_OT_eyes_found)
