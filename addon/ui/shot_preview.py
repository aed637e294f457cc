# SPDX-License-Identifier: GPL-3.0-or-later
"""The planned shots, one after another, in the viewport: camera, pose, expression and light, as they will be.

They are shown on a copy of the character in a scene of its own (made by `rehearse`), so that nothing of the user's
scene has to be put back: its datablocks are never touched. What comes into the file for it is marked, and goes again
when the preview is left, and before Blender saves, undoes, opens another file or switches us off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix

from ..common.blender import eevee_id, node_tree
from ..common.errors import InputError
from ..plan.shots import Plan, Shot
from ..rehearsal import PLAN, STAGE, stand_file
from ..render.engine import LOOK, VIEW_TRANSFORM
from ..render.rehearsal import MARK, SCENE

#: What of a viewport is changed while shots are shown: owner below the space -> properties, as they are put back.
VIEW = {
    "": ("lock_camera", "show_gizmo"),
    "overlay": ("show_overlays",),
    "shading": ("use_scene_lights", "use_scene_world", "use_scene_lights_render", "use_scene_world_render", "type"),
    "region_3d": (
        *("view_location", "view_rotation", "view_distance", "view_camera_zoom", "view_camera_offset"),
        *("is_perspective", "view_perspective"),
    ),
}
#: Where the scene of the shots keeps the name of the user's, in case that only it is left to tell.
HOME = "modelsheet_home"
#: Data-blocks without marks: they belong to windows, or go with what they belong to.
UNMARKED = frozenset({"libraries", "screens", "workspaces", "window_managers", "shape_keys", "all_ids"})
NOT_READY = "this shot isn't ready yet. Wait a moment, or show another."


class ShotPreview:
    """What can be shown (folder, plan) and what is shown now (number, from 0); `active` while it is."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.plan: Plan | None = None
        self.number = 0
        self._window: bpy.types.Window | None = None
        self._home: bpy.types.Scene | None = None
        self._space: bpy.types.SpaceView3D | None = None
        self._view: list[tuple[str, str, Any]] = []

    @property
    def active(self) -> bool:
        """Whether shots are shown."""
        return self._home is not None

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The planned shots."""
        return self.plan.shots if self.plan is not None else ()

    def offer(self, folder: Path) -> None:
        """A rehearsal that can be shown from now on. Raises InputError where its plan can't be read."""
        try:
            self.plan = Plan.from_json(json.loads((folder / PLAN).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{folder / PLAN}: can't be read ({error}). Prepare the shots again.") from error
        self.folder, self.number = folder, 0

    def ready(self, number: int) -> bool:
        """Whether a shot can be shown."""
        shots = self.shots
        return (
            self.folder is not None
            and 0 <= number < len(shots)
            and stand_file(self.folder, shots[number].number).is_file()
        )

    def enter(self, window: bpy.types.Window, area: bpy.types.Area, light: bool) -> None:
        """Show the shots in a 3D viewport. light: in Material Preview, with their lamps. Raises InputError."""
        if self.active or self.folder is None:
            return
        stage = self.folder / STAGE
        home = window.scene
        try:
            with bpy.data.libraries.load(str(stage), link=False) as (_there, here):
                here.scenes = [SCENE]
            scene = here.scenes[0]
        except (OSError, IndexError) as error:
            raise InputError(f"{stage}: can't be read ({error}). Prepare the shots again.") from error
        self._window, self._home, self._space = window, home, area.spaces.active
        try:
            scene[HOME] = home.name
            _furnish(scene)
            self._view = list(_seen(self._space))
            window.scene = scene
            for layer_object in scene.objects:
                layer_object.select_set(False)
                if layer_object.type == "ARMATURE":
                    layer_object.hide_set(True)
            _look_through(self._space, light)
            self.show(min(self.number, len(self.shots) - 1))
        except BaseException:
            self.leave()
            raise

    def show(self, number: int) -> None:
        """Show one shot. Raises InputError for one that isn't ready."""
        if self._window is None or self.folder is None:
            return
        if not self.ready(number):
            raise InputError(f"Shot {number + 1}: {NOT_READY}")
        state = json.loads(stand_file(self.folder, self.shots[number].number).read_text(encoding="utf-8"))
        scene = self._window.scene
        if MARK not in scene:
            raise InputError("Another scene was chosen meanwhile. Leave the preview and show the shots again.")
        _stand(scene, state)
        self.number = number

    def leave(self) -> None:
        """The window, its viewport and the file as they were before enter()."""
        window, home, space, view = self._window, self._home, self._space, self._view
        self._window, self._home, self._space, self._view = None, None, None, []
        if window is not None and home is not None:
            with suppress(ReferenceError):  # closed meanwhile
                if MARK in window.scene:
                    window.scene = home
        self.sweep()
        for owner, name, value in view:
            with suppress(ReferenceError, AttributeError):
                setattr(getattr(space, owner) if owner else space, name, value)

    def forget(self) -> None:
        """Nothing can be shown any more."""
        self.leave()
        self.folder, self.plan, self.number = None, None, 0

    def sweep(self) -> None:
        """Take everything marked out of the file, unless it is being shown."""
        if self.active:
            return
        marked = [block for kind in _kinds() for block in kind if MARK in block]
        if not marked:
            return
        homes = {scene[HOME] for scene in bpy.data.scenes if HOME in scene}
        own = [scene for scene in bpy.data.scenes if MARK not in scene]
        own.sort(key=lambda scene: scene.name not in homes)
        home = own[0] if own else bpy.data.scenes.new("Scene")
        for manager in bpy.data.window_managers:
            for window in manager.windows:
                if MARK in window.scene:
                    window.scene = home
        # A library stays behind as the place from which things were appended, when nothing is left of them.
        libraries = [row for row in bpy.data.libraries if Path(row.filepath).name == STAGE and not row.users_id]
        bpy.data.batch_remove([*marked, *libraries])


def _kinds() -> Iterator[Any]:
    for row in bpy.data.bl_rna.properties:
        if row.type == "COLLECTION" and row.identifier not in UNMARKED:
            yield getattr(bpy.data, row.identifier)


def _marked(block: Any) -> Any:
    block[MARK] = block.name
    return block


def _furnish(scene: bpy.types.Scene) -> None:
    """A camera, a plain world, and how pictures are shown."""
    camera = _marked(bpy.data.objects.new("Shot", _marked(bpy.data.cameras.new("Shot"))))
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.world = _marked(bpy.data.worlds.new("Shot"))
    tree = node_tree(scene.world)
    tree.nodes.clear()
    sky, out = tree.nodes.new("ShaderNodeBackground"), tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(sky.outputs["Background"], out.inputs["Surface"])
    scene.render.engine = eevee_id()
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = 1024
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform, scene.view_settings.look = VIEW_TRANSFORM, LOOK


def _seen(space: bpy.types.SpaceView3D) -> Iterator[tuple[str, str, Any]]:
    for owner, names in VIEW.items():
        block = getattr(space, owner) if owner else space
        for name in names:
            if hasattr(block, name):
                value = getattr(block, name)
                yield (
                    owner,
                    name,
                    value.copy() if hasattr(value, "copy") else tuple(value) if name.endswith("offset") else value,
                )


def _look_through(space: bpy.types.SpaceView3D, light: bool) -> None:
    space.overlay.show_overlays = False
    space.show_gizmo = False
    space.lock_camera = False
    space.shading.use_scene_lights = space.shading.use_scene_world = True
    space.shading.type = "MATERIAL" if light else "SOLID"
    space.region_3d.view_perspective = "CAMERA"
    space.region_3d.view_camera_zoom, space.region_3d.view_camera_offset = 0.0, (0.0, 0.0)


def _matrix(numbers: list[float]) -> Matrix:
    return Matrix([numbers[row : row + 4] for row in range(0, 16, 4)])


def _stand(scene: bpy.types.Scene, state: dict[str, Any]) -> None:
    """Bones, keys, camera, lamps and world as they are for a shot."""
    objects = {obj[MARK]: obj for obj in scene.objects if MARK in obj}
    for name, bones in state["bones"].items():
        for bone in objects[name].pose.bones if name in objects else ():
            bone.matrix_basis = _matrix(bones[bone.name]) if bone.name in bones else Matrix.Identity(4)
    for name, values in state["keys"].items():
        for key in objects[name].data.shape_keys.key_blocks[1:] if name in objects else ():
            value = values.get(key.name, 0.0)
            key.slider_min, key.slider_max = min(key.slider_min, value), max(key.slider_max, value)
            key.value = value
    row = state["camera"]
    camera = scene.camera
    camera.matrix_world = _matrix(row["matrix"])
    camera.data.sensor_width, camera.data.lens = row["sensor"], row["lens"]
    camera.data.clip_start, camera.data.clip_end = row["clip"]
    lamps = [obj for obj in scene.objects if obj.type == "LIGHT"]
    for number in range(len(lamps), len(state["lamps"])):
        lamps.append(
            _marked(bpy.data.objects.new(f"Lamp {number}", _marked(bpy.data.lights.new(f"Lamp {number}", "AREA"))))
        )
        scene.collection.objects.link(lamps[-1])
    for number, lamp in enumerate(lamps):
        told = state["lamps"][number] if number < len(state["lamps"]) else None
        lamp.data.energy = told["energy"] if told else 0.0
        if told:
            lamp.matrix_world = _matrix(told["matrix"])
            lamp.data.shape, (lamp.data.size, lamp.data.size_y) = "RECTANGLE", told["size"]
            lamp.data.color = told["color"]
    sky = next(node for node in scene.world.node_tree.nodes if node.type == "BACKGROUND")
    sky.inputs["Color"].default_value = (*state["world"], 1.0)
