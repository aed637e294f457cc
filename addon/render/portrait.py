# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick picture of `inspect`: the whole character from the front and from its left, with what was found drawn on.

Cycles on the processor, because that works on every machine; few samples, denoised.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix
from PIL import Image

from ..character.loaded import Body, Loaded
from ..character.measure import measure
from ..common.errors import WorkError
from ..common.files import whole
from ..plan.facts import CharacterFacts
from ..plan.settings import setting
from ..studio.frames import axes
from ..studio.lights import light
from ..studio.projection import CameraTruth
from .engine import prepare
from .options import RenderOptions
from .portrait_sheet import PANELS, Spot, View, draw

SAMPLES = 4
#: Without a denoiser (some distributions' Blender) that many are needed for a picture to look at.
MORE_SAMPLES = 32
CAMERA = "modelsheet portrait camera"
LIGHTING = "soft_diffused"
#: Empty share of a panel at each side, and above (where its title stands) and below; the narrower view gets at least
#: this share of the width.
MARGIN, ABOVE, LEAST = 0.05, 0.07, 0.34
#: Air around the character that is rendered too, as a share of a panel.
BORDER = 0.01
#: A head of fewer pixels is shown once more, in a square of so many, with so many head heights around its middle.
SMALL, CLOSER = 120, 250
AROUND = 0.85 * np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
#: Where the two views stand, in degrees to the character's left.
AZIMUTHS = {"front": 0.0, "left": 90.0}
#: Key points that the head's box and the eye line show already.
BOX_EDGES = ("crown", "chin", "left_eye", "right_eye")


def portray(loaded: Loaded, path: Path) -> None:
    """Write the picture (PNG) of the character as it stands now, whole or not at all. Raises WorkError."""
    facts, body = loaded.facts, measure(loaded)
    made = prepare(RenderOptions("cycles", max(PANELS), SAMPLES, "cpu"))
    if made["denoiser"] == "none":
        bpy.context.scene.cycles.samples = MORE_SAMPLES
    bpy.context.scene.cycles.diffuse_bounces = bpy.context.scene.cycles.glossy_bounces = 1
    frames = {name: _axes(facts, azimuth) for name, azimuth in AZIMUTHS.items()}
    lenses = _lenses(facts, body, frames)
    strands = any(mesh.particle_systems for mesh in loaded.meshes)
    views = []
    with tempfile.TemporaryDirectory(prefix="modelsheet-") as folder:
        for name, lens in lenses.items():
            lens.border(strands)
            light(facts, body, setting("lighting", LIGHTING), lens.place(AZIMUTHS.get(name, 0.0)))
            views.append(_view(name, lens, facts, body, _photograph(Path(folder) / f"{name}.png")))
    with whole(path) as part:
        draw(facts, views, _fonts()).save(part, format="PNG")


def _lenses(facts: CharacterFacts, body: Body, frames: dict[str, np.ndarray]) -> dict[str, Lens]:
    """Both views at one scale; the head once more, closer, where it is small in them."""
    spans = {name: _span(body.vertices @ frame) for name, frame in frames.items()}
    for width in (PANELS[0], PANELS[0] - CLOSER):
        widths = _widths(width, *(spans[name][0] for name in frames))
        wide = max(spans[name][0] / widths[name] for name in frames) / (1 - 2 * MARGIN)
        unit = max(wide, spans["front"][1] / PANELS[1] / (1 - 2 * ABOVE))
        lenses = {name: Lens(frame, body.vertices, (widths[name], PANELS[1]), unit) for name, frame in frames.items()}
        if facts.head.height / unit > SMALL:
            return lenses
    corners = np.array(facts.head.center) + facts.head.height * AROUND @ frames["front"].T
    near = Lens(frames["front"], corners, (CLOSER, CLOSER), 2 * AROUND.max() * facts.head.height / CLOSER)
    near.reach = lenses["front"].reach
    return {**lenses, "head": near}


class Lens:
    """A parallel view: `frame` holds right, up and back as columns; `unit` is the world's length of one pixel."""

    def __init__(self, frame: np.ndarray, vertices: np.ndarray, size: tuple[int, int], unit: float) -> None:
        self.frame, self.size, self.unit = frame, size, unit
        spots = vertices @ frame
        self.middle = (spots.min(axis=0) + spots.max(axis=0)) / 2
        self.span = np.ptp(spots, axis=0)
        self.reach = float(self.span.max()) or 1.0

    def place(self, azimuth: float) -> CameraTruth:
        """Put the scene's camera there; its place as the light rigs want it."""
        data = bpy.data.cameras.get(CAMERA) or bpy.data.cameras.new(CAMERA)
        camera = bpy.data.objects.get(CAMERA) or bpy.data.objects.new(CAMERA, data)
        scene = bpy.context.scene
        if camera.name not in scene.collection.objects:
            scene.collection.objects.link(camera)
        data.type, data.sensor_fit = "ORTHO", "HORIZONTAL"
        data.ortho_scale = self.size[0] * self.unit
        data.clip_start, data.clip_end = self.reach / 100, 6 * self.reach
        matrix = np.eye(4)
        matrix[:3, :3] = self.frame
        matrix[:3, 3] = self.frame @ self.middle + 2 * self.reach * self.frame[:, 2]
        camera.matrix_world = Matrix(matrix.tolist())
        scene.camera = camera
        scene.render.resolution_x, scene.render.resolution_y = self.size
        rows = tuple(tuple(float(value) for value in row) for row in matrix)
        return CameraTruth(rows, 50.0, 36.0, azimuth, 0.0, 2 * self.reach)

    def border(self, strands: bool) -> None:
        """Render only where the character is; all of it where strands of hair may reach beyond its vertices."""
        render = bpy.context.scene.render
        render.use_border, render.use_crop_to_border = not strands, False
        half = self.span[:2] / self.unit / np.array(self.size) / 2 + BORDER
        low, high = np.clip(0.5 - half, 0, 1).tolist(), np.clip(0.5 + half, 0, 1).tolist()
        render.border_min_x, render.border_min_y = low
        render.border_max_x, render.border_max_y = high

    def spots(self, points: np.ndarray) -> np.ndarray:
        """(N, 2) pixels from the top left corner."""
        away = (np.asarray(points, float) @ self.frame - self.middle)[:, :2] / self.unit
        return away * (1, -1) + np.array(self.size) / 2

    def spot(self, point: object) -> Spot:
        """One point's pixel."""
        x, y = self.spots(np.asarray(point, float)[None])[0]
        return float(x), float(y)


def _axes(facts: CharacterFacts, azimuth: float) -> np.ndarray:
    """Columns right, up, back of a level camera that stands at `azimuth`."""
    facing, left, up = axes(facts)
    turn = math.radians(azimuth)
    back = math.cos(turn) * facing + math.sin(turn) * left
    return np.stack([np.cross(up, back), up, back], axis=1)


def _span(spots: np.ndarray) -> np.ndarray:
    return np.maximum(np.ptp(spots[:, :2], axis=0), 1e-9)


def _widths(room: int, front: float, side: float) -> dict[str, int]:
    """The panels' widths in pixels, in the proportion of what they show."""
    share = min(max(front / (front + side), LEAST), 1 - LEAST)
    width = round(room * share)
    return dict(zip(AZIMUTHS, (width, room - width), strict=True))


def _photograph(path: Path) -> Image.Image:
    bpy.context.scene.render.filepath = str(path)
    try:
        bpy.ops.render.render(write_still=True)
        with Image.open(path) as image:
            return image.convert("RGBA")
    except (RuntimeError, OSError) as error:
        raise WorkError(f"{path.parent}: Blender made no picture there ({error}). Check the disk.") from error


def _view(name: str, lens: Lens, facts: CharacterFacts, body: Body, image: Image.Image) -> View:
    centre = np.array(facts.head.center)
    ahead = centre + np.array(facts.facing) * 1.6 * facts.head.height
    low, high = _head_box(lens, facts, body)
    return View(
        name=name,
        image=image,
        head=(*lens.spot(low), *lens.spot(high)),
        eyes=tuple(lens.spot(eye) for eye in facts.eyes or ()),
        points=tuple(lens.spot(point) for name, point in sorted(body.points.items()) if name not in BOX_EDGES),
        arrow=(lens.spot(centre), lens.spot(ahead)),
    )


def _head_box(lens: Lens, facts: CharacterFacts, body: Body) -> tuple[np.ndarray, np.ndarray]:
    """Upper left and lower right corner: from crown to chin, as wide as the head's part is there. World space."""
    centre, half = np.array(facts.head.center), facts.head.height / 2
    right, up = lens.frame[:, 0], lens.frame[:, 1]
    part = body.vertices[body.parts["head"]] if "head" in body.parts else body.vertices[:0]
    part = part[np.abs((part - centre) @ up) <= half]
    across = (part - centre) @ right if len(part) > 8 else np.array([-0.8 * half, 0.8 * half])
    left_edge, right_edge = np.percentile(across, (1, 99))
    return centre + left_edge * right + half * up, centre + right_edge * right - half * up


def _fonts() -> Path | None:
    """The folder of the fonts that Blender brings."""
    folder = bpy.utils.system_resource("DATAFILES", path="fonts")
    return Path(folder) if folder else None
