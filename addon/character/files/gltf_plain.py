# SPDX-License-Identifier: GPL-3.0-or-later
"""A glTF, GLB or VRM rewritten as one plain GLB that every Blender reads: decompressed, whole, tidied. No bpy."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from ...common.errors import InputError
from . import meshopt
from .beside import Beside
from .gltf_json import as_map, as_maps, as_texts, binary_chunk, item, number

MESHOPT = ("KHR_meshopt_compression", "EXT_meshopt_compression")
#: Texture formats that no Blender reads, besides a picture in an ordinary format that the file may name too.
TEXTURES = ("KHR_texture_basisu", "EXT_texture_avif", "MSFT_texture_dds")
#: Extensions that a file may call indispensable and that change nothing that Modelsheet needs, by their beginnings.
HARMLESS = (
    *("KHR_materials_", "KHR_xmp", "KHR_lights_", "KHR_audio", "KHR_node_", "KHR_animation_pointer", "KHR_physics"),
    *("KHR_interactivity", "KHR_gaussian", "VRM", "ADOBE_materials_", "EXT_lights_", "EXT_materials_", "MSFT_lod"),
    *("MSFT_audio", "MSFT_physics", "MOZ_", "OMI_", "FB_", "CESIUM_", "VENDOR_", "KHR_texture_transform"),
)
#: Decompressed bytes of one file: far more than a character has, and what a hostile file is held to.
MAX_UNPACKED = 1 << 30
#: Vertices or numbers in one table; a file that claims more lies.
MAX_COUNT = 50_000_000


def write_plain(path: Path, data: dict[str, Any], target: Path) -> None:
    """Write `path`, whose JSON is `data` (as gltf.read_json gives it), to `target`. Raises InputError."""
    _check_counts(path, data)
    near = Beside(path)
    buffers = [_buffer(near, data, index) for index in range(len(as_maps(data.get("buffers"))))]
    starts, blob = [], bytearray()
    for buffer in buffers:
        starts.append(len(blob))
        blob += buffer
        blob += bytes(-len(blob) % 8)
    # Actions are cleared after the import anyway, and can take most of its time.
    plain = {key: value for key, value in data.items() if key != "animations"}
    plain["asset"] = {**data["asset"], "version": "2.0"}
    plain["bufferViews"] = [_view(path, row, buffers, starts, blob) for row in as_maps(data.get("bufferViews"))]
    plain["images"] = [_image(near, row, plain["bufferViews"], blob) for row in as_maps(data.get("images"))]
    plain["textures"] = [_texture(row) for row in as_maps(data.get("textures"))]
    plain["buffers"] = [{"byteLength": len(blob)}] if blob else []
    needed = [name for name in as_texts(data.get("extensionsRequired")) if not _met(name)]
    plain["extensionsRequired"] = needed
    used = [name for name in as_texts(data.get("extensionsUsed")) if name not in MESHOPT]
    plain["extensionsUsed"] = used + [name for name in needed if name not in used]
    for key in ("bufferViews", "images", "textures", "buffers", "extensionsRequired", "extensionsUsed"):
        if not plain[key]:
            del plain[key]
    _write(target, plain, blob)


def _check_counts(path: Path, data: dict[str, Any]) -> None:
    rows = as_maps(data.get("accessors"))
    # Tables without data are all zeros: a few bytes of file can ask for any amount of memory.
    empty = sum(max(0.0, number(row.get("count"))) for row in rows if "bufferView" not in row)
    if empty > MAX_COUNT or any(number(row.get("count"), MAX_COUNT + 1) > MAX_COUNT for row in rows):
        raise _damaged(path, "it claims more points than it can hold")


def lost_textures(data: dict[str, Any]) -> list[str]:
    """The formats that no Blender reads and in which some texture of a file has its only picture."""
    return [name for name in TEXTURES if any(_lost(row, name) for row in as_maps(data.get("textures")))]


def _met(name: str) -> bool:
    return name in MESHOPT or name in TEXTURES or name.startswith(HARMLESS)


def _lost(texture: dict[str, Any], name: str) -> bool:
    """Whether a texture has its picture in this format and in no other."""
    extensions = as_map(texture.get("extensions"))
    return name in extensions and "source" not in texture and "EXT_texture_webp" not in extensions


def _texture(row: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in as_map(row.get("extensions")).items() if name not in TEXTURES}
    return {**row, "extensions": kept} if kept else {key: value for key, value in row.items() if key != "extensions"}


def _buffer(near: Beside, data: dict[str, Any], index: int) -> bytes:
    """The bytes of a buffer; none for the placeholder of compressed data."""
    path = near.model
    row = item(data["buffers"], index)
    uri = row.get("uri")
    if uri is None:
        return binary_chunk(path) if index == 0 else b""
    if not isinstance(uri, str):
        raise _damaged(path, f"buffer {index} has no usable place")
    if uri.startswith("data:"):
        return _inline(path, uri)
    found = near.find(uri)
    if found is None:
        raise InputError(f"{path}: needs {uri[:80]}, which is not beside it. Put it there, or export as one .glb.")
    try:
        if found.stat().st_size > MAX_UNPACKED:
            raise InputError(f"{found}: is larger than 1 GiB. Export the character alone.")
        return found.read_bytes()
    except OSError as error:
        raise InputError(f"{found}: can't be read ({error.strerror}). Check its permissions.") from error


def _inline(path: Path, uri: str) -> bytes:
    head, _comma, text = uri.partition(",")
    try:
        return base64.b64decode(text) if head.endswith(";base64") else unquote_to_bytes(text)
    except ValueError as error:
        raise _damaged(path, "a part written into it is no base64") from error


def _view(path: Path, row: dict[str, Any], buffers: list[bytes], starts: list[int], blob: bytearray) -> dict[str, Any]:
    """A part of the data that lies in the one buffer; decompressed, it is added to the buffer's end."""
    extensions = as_map(row.get("extensions"))
    packed = next((as_map(extensions[name]) for name in MESHOPT if extensions.get(name)), None)
    piece, index, start = _slice(path, packed or row, buffers)
    if packed is None:
        return {**row, "buffer": 0, "byteOffset": starts[index] + start}
    count, stride = (number(packed.get(key), -1) for key in ("count", "byteStride"))
    if not (0 <= count * stride <= MAX_UNPACKED - len(blob) and 0 < stride <= 256):
        raise InputError(f"{path}: would be larger than 1 GiB once decompressed. Export the character alone.")
    mode, shape = str(packed.get("mode")), str(packed.get("filter") or "NONE")
    try:
        raw = meshopt.decode(bytes(piece), int(count), int(stride), mode, shape)
    except meshopt.Damaged as error:
        raise _damaged(path, str(error)) from error
    blob += bytes(-len(blob) % 8)
    rest = {key: value for key, value in row.items() if key != "extensions"}
    made = {**rest, "buffer": 0, "byteOffset": len(blob), "byteLength": len(raw)}
    blob += raw
    return made


def _slice(path: Path, row: dict[str, Any], buffers: list[bytes]) -> tuple[memoryview, int, int]:
    """The bytes that a view or its compressed form names, the number of their buffer and their place in it."""
    index, start, length = (int(number(row.get(key), 0)) for key in ("buffer", "byteOffset", "byteLength"))
    if not 0 <= index < len(buffers) or start < 0 or length < 0:
        raise _damaged(path, "a part of its data lies nowhere")
    if start + length > len(buffers[index]):
        raise InputError(f"{path}: is cut off (its data ends early). Download it or export it again.")
    return memoryview(buffers[index])[start : start + length], index, start


def _image(near: Beside, row: dict[str, Any], views: list[dict[str, Any]], blob: bytearray) -> dict[str, Any]:
    """A picture that lies beside the model, taken into the buffer; a missing one stays named as it was."""
    uri = row.get("uri")
    if not isinstance(uri, str) or uri.startswith("data:"):
        return row
    found = near.find(uri)
    try:
        raw = found.read_bytes() if found and found.stat().st_size < MAX_UNPACKED - len(blob) else b""
    except OSError:
        raw = b""
    if not raw or found is None:
        return {**row, "uri": "missing-" + uri.replace("\\", "/").split("/")[-1]}
    blob += bytes(-len(blob) % 8)
    views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(raw)})
    blob += raw
    kept = {key: value for key, value in row.items() if key != "uri"}
    mime = "image/jpeg" if raw.startswith(b"\xff\xd8") else "image/png"
    return {"name": found.stem, "mimeType": mime, **kept, "bufferView": len(views) - 1}


def _write(target: Path, data: dict[str, Any], blob: bytearray) -> None:
    text = json.dumps(data, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    blob += bytes(-len(blob) % 4)
    total = 20 + len(text) + (8 + len(blob) if blob else 0)
    with target.open("wb") as stream:
        stream.write(struct.pack("<4sIII4s", b"glTF", 2, total, len(text), b"JSON") + text)
        if blob:
            stream.write(struct.pack("<I4s", len(blob), b"BIN\0"))
            stream.write(blob)


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path}: is damaged ({why}). Export it or download it again.")
