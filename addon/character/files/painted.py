# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures that were painted on in an open Blender and not saved yet: they lie beside the copy of its scene.

`hero.blend.painted/` beside `hero.blend` holds them and `pictures.json`: the name of an image in the file -> its
picture's file name there. A .blend itself holds no pixels that were never saved.
"""

from __future__ import annotations

import json
from pathlib import Path

import bpy

SUFFIX = ".painted"
TABLE = "pictures.json"


def painted_folder(blend: Path) -> Path:
    """Where the pictures that belong to a copy of a scene lie."""
    return blend.with_name(blend.name + SUFFIX)


def take_painted(blend: Path) -> None:
    """Give the images in memory, which came from `blend`, the pixels that were painted and not saved."""
    folder = painted_folder(blend)
    try:
        table = json.loads((folder / TABLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name, file in table.items() if isinstance(table, dict) else ():
        image, path = bpy.data.images.get(name), folder / Path(str(file)).name
        if image is None or not path.is_file():
            continue
        while image.packed_files:
            image.unpack(method="REMOVE")
        image.source, image.filepath = "FILE", str(path)
        image.reload()
