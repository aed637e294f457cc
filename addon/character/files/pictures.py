# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that an importer did not find where the file says, but that lie near the model; and temporary ones."""

from __future__ import annotations

from pathlib import Path

import bpy

from .beside import Beside, base_name


def find_missing(model: Path) -> None:
    """Load pictures that were not found from near the model, by their names; UDIM tiles and films stay as they are."""
    near = Beside(model)
    for image in list(bpy.data.images):
        if image.source != "FILE" or image.packed_file is not None or _is_loaded(image):
            continue
        names = dict.fromkeys(base_name(name) for name in (image.filepath, image.name) if name)
        found = next((path for name in names if (path := near.find(name))), None)
        if found is not None:
            _replace(image, found)


def keep(folder: Path) -> None:
    """Take every picture that lies in a folder into memory, before the folder goes."""
    inside = folder.resolve()
    for image in bpy.data.images:
        if image.source != "FILE" or image.packed_file is not None or not image.filepath:
            continue
        path = Path(bpy.path.abspath(image.filepath)).resolve()
        if path.is_relative_to(inside) and path.is_file() and _is_loaded(image):
            image.pack()


def _replace(image: bpy.types.Image, path: Path) -> None:
    """Put the picture in a file in an image's place: Blender 5.0 never tries again one that it failed to load."""
    try:
        found = bpy.data.images.load(str(path))
    except RuntimeError:
        return
    if not _is_loaded(found):
        bpy.data.images.remove(found)
        return
    name = image.name
    found.alpha_mode = image.alpha_mode
    found.colorspace_settings.name = image.colorspace_settings.name
    image.user_remap(found)
    bpy.data.images.remove(image)
    found.name = name


def _is_loaded(image: bpy.types.Image) -> bool:
    return min(image.size) > 0
