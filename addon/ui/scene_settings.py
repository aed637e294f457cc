# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene keeps beside the picks: the layout's number, eyes that the user placed, how shots are looked through."""

from __future__ import annotations

import bpy

#: The layout of the saved properties; migrate.py brings older ones to it.
LAYOUT = 1
NO_EYES = (0.0, 0.0, 0.0)


class MODELSHEET_PG_scene(bpy.types.PropertyGroup):
    """Scene.modelsheet_scene."""

    #: 0 stands for what was saved before layouts had numbers.
    layout: bpy.props.IntProperty(default=0, options={"HIDDEN"})
    has_eyes: bpy.props.BoolProperty(
        name="Eyes placed by hand", description="Use the two eyes that you placed instead of those that were found"
    )
    left_eye: bpy.props.FloatVectorProperty(
        name="Left eye", description="The character's own left eye", subtype="TRANSLATION", size=3, precision=4
    )
    right_eye: bpy.props.FloatVectorProperty(
        name="Right eye", description="The character's own right eye", subtype="TRANSLATION", size=3, precision=4
    )
    overlay: bpy.props.BoolProperty(
        name="Show in viewport",
        description="Draw the head's box, the way it faces and its eyes over the character; nothing is changed",
        default=True,
    )
    correct: bpy.props.BoolProperty(
        name="Is something wrong?",
        description="Say yourself where the character looks, which part is its head and where its eyes are",
    )
    light: bpy.props.BoolProperty(
        name="With its light",
        description="Light each shot as it will be lit, in Material Preview; off shows it in Solid, which is faster",
        default=True,
    )

    def eyes(self) -> str:
        """The two eyes as the command line takes them, "" where they are as found."""
        if not self.has_eyes or tuple(self.left_eye) == tuple(self.right_eye):
            return ""
        return " ".join(",".join(f"{number:.6g}" for number in eye) for eye in (self.left_eye, self.right_eye))
