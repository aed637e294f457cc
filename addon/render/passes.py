# SPDX-License-Identifier: GPL-3.0-or-later
"""Light groups and passes: a render asked for with every lamp apart, and read back as arrays.

Light adds up, so one render with each lamp in a light group of its own holds every mixture of them. Blender gives
passes to Python only through a file: a multilayer OpenEXR of full floats, written without compression.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from ..common.blender import set_format
from ..common.errors import WorkError
from ..common.files import describe_os_error
from ..plan.rigs import WORLD
from ..studio.lights import strips_of
from .exr import ExrError, read_exr

#: Depth from which a pixel counts as empty: Blender writes 1e10 there.
NOTHING = 1e9

Crop = tuple[int, int, int, int]


@dataclass(frozen=True)
class Passes:
    """(H, W, 3) combined, groups, albedo and normal (camera space: right, up, towards the camera), (H, W) alpha and
    depth (along the view axis, 0 where nothing is); float32, top row first. What the engine does not give is None."""

    combined: np.ndarray
    alpha: np.ndarray
    groups: dict[str, np.ndarray]
    albedo: np.ndarray | None
    normal: np.ndarray | None
    depth: np.ndarray | None


def set_groups(names: Iterable[str]) -> None:
    """Put the strips of each lamp into the light group of its name, and the world into its own."""
    scene, layer = bpy.context.scene, bpy.context.view_layer
    wanted = list(names)
    if [group.name for group in layer.lightgroups] != wanted:
        while layer.lightgroups:
            layer.active_lightgroup_index = 0
            bpy.ops.scene.view_layer_remove_lightgroup()
        for name in wanted:
            layer.lightgroups.add(name=name)
    for name in wanted:
        owners = [scene.world] if name == WORLD else [scene.objects[strip] for strip in strips_of(name)]
        for owner in owners:
            if owner.lightgroup != name:
                owner.lightgroup = name


def render_passes(crop: Crop, size: tuple[int, int]) -> Passes:
    """Render what stands in the scene, cut out at `crop` (pixels from the top left corner of a picture of `size`).

    Raises WorkError when Blender renders nothing, and a fatal one where its file finds no room.
    """
    scene = bpy.context.scene
    _cut_out(crop, size)
    layer = bpy.context.view_layer
    layer.use_pass_z = True
    if scene.render.engine == "CYCLES":
        layer.cycles.denoising_store_passes = True
    scene.render.use_single_layer = True
    settings = scene.render.image_settings
    set_format(settings, "OPEN_EXR_MULTILAYER")
    settings.color_depth, settings.exr_codec = "32", "NONE"
    with tempfile.TemporaryDirectory(prefix="modelsheet-take-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "passes.exr"
        try:
            write_still(path)
            channels = read_exr(path)[0]
        except (OSError, ExrError) as error:  # Blender says little: the disk itself tells whether it is full
            reason = error if isinstance(error, OSError) else OSError(str(error))
            raise WorkError(describe_os_error(path, reason), fatal=True) from error
    return _passes(channels, (crop[2] - crop[0], crop[3] - crop[1]))


def write_still(path: Path) -> None:
    """Render into a file. Raises OSError for a picture that can't be saved, WorkError where none came.

    The next picture may yet come where this one was too much for the graphics card: only the first of the two ends
    a job.
    """
    bpy.context.scene.render.filepath = str(path)
    try:
        bpy.ops.render.render(write_still=True)
    except RuntimeError as error:  # Blender's word for all that goes wrong
        reason = " ".join(str(error).removeprefix("Error: ").split())
        if "save" in reason:
            raise OSError(reason) from error
        raise WorkError(
            f"Blender could not render this ({reason}). Close other programs, choose a smaller --resolution, or add "
            "--device cpu."
        ) from error
    if not path.is_file():
        raise WorkError(f"{path.parent}: Blender wrote no picture there. Check the disk and run the command again.")


def whole_frame(crop: Crop, size: tuple[int, int]) -> None:
    """Have the whole picture written, of which only `crop` is rendered."""
    _cut_out(crop, size)
    bpy.context.scene.render.use_crop_to_border = False


def _cut_out(crop: Crop, size: tuple[int, int]) -> None:
    render = bpy.context.scene.render
    left, top, right, bottom = crop
    width, height = size
    render.use_border = render.use_crop_to_border = True
    render.border_min_x, render.border_max_x = _edge(left, width), _edge(right, width)
    render.border_min_y, render.border_max_y = _edge(height - bottom, height), _edge(height - top, height)


def _edge(pixel: int, of: int) -> float:
    """A share of the picture that Blender, which multiplies single floats and cuts off, takes for this pixel."""
    return min(float(np.nextafter(np.float32(pixel / of), np.float32(2))), 1.0)


def _passes(channels: dict[str, np.ndarray], size: tuple[int, int]) -> Passes:
    layers: dict[str, dict[str, np.ndarray]] = {}
    for name, pixels in channels.items():
        # "ViewLayer.Combined_key.R"; a layer's name may hold dots itself.
        *_layer, kind, axis = name.split(".")
        layers.setdefault(kind, {})[axis] = pixels
    combined = _stack(layers.get("Combined"), "RGB")
    if combined is None or combined.shape[:2] != size[::-1]:
        raise WorkError("Blender rendered another size than was asked for. Report this with your file, please.")
    prefix = "Combined_"
    groups = {kind.removeprefix(prefix): _stack(layers[kind], "RGB") for kind in layers if kind.startswith(prefix)}
    normal = _stack(layers.get("Denoising Normal"), "XYZ")
    depth = layers.get("Depth", {}).get("Z")
    return Passes(
        combined,
        layers["Combined"]["A"].clip(0, 1),
        {name: pixels for name, pixels in groups.items() if pixels is not None},
        _stack(layers.get("Denoising Albedo"), "RGB"),
        None if normal is None else normal * np.float32((1, 1, -1)),
        None if depth is None else np.where(depth < NOTHING, depth, 0).astype(np.float32),
    )


def _stack(layer: dict[str, np.ndarray] | None, axes: str) -> np.ndarray | None:
    return None if layer is None else np.stack([layer[axis] for axis in axes], axis=-1)
