# SPDX-License-Identifier: GPL-3.0-or-later
"""The lightest character: a file of two boxes, written without Blender and read at once."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

CORNERS = [(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
SIDES = [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3]


def boxes(path: Path, **asset: str) -> Path:
    """A glTF of two boxes, one on the other: nothing tells where its front is."""
    data = b"".join(struct.pack("<3f", *corner) for corner in CORNERS) + struct.pack("<36H", *SIDES)
    uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    nodes = [{"name": "trunk", "mesh": 0}, {"name": "lid", "mesh": 1, "translation": [0, 1.4, 0], "scale": [0.4] * 3}]
    gltf: dict[str, Any] = {
        "asset": {"version": "2.0", **asset},
        "scene": 0,
        "scenes": [{"nodes": [0, 1]}],
        "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}] * 2,
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", "min": [-1] * 3, "max": [1] * 3},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 96},
            {"buffer": 0, "byteOffset": 96, "byteLength": 72},
        ],
        "buffers": [{"byteLength": len(data), "uri": uri}],
    }
    path.write_text(json.dumps(gltf))
    return path
