# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file really is, by its content before its suffix, and whether it is whole. No bpy; never a traceback."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..common.errors import InputError
from .gltf import read_json, read_vrm

#: More than this is a scene, not a character, and would fill the memory of the machine.
MAX_BYTES = 2 << 30
HEAD = 1 << 16

#: What a suffix promises. usd's four spellings hold one another's content, and Blender tells them apart itself.
SUFFIXES = {
    "glb": "glb",
    "vrm": "glb",
    "gltf": "gltf",
    "fbx": "fbx",
    "obj": "obj",
    "usd": "usd",
    "usda": "usd",
    "usdc": "usd",
    "usdz": "usd",
    "stl": "stl",
    "ply": "ply",
    "blend": "blend",
    "blend1": "blend",
    "dae": "collada",
}
SPOKEN = {
    "glb": "a binary glTF (.glb)",
    "gltf": "a glTF (.gltf)",
    "fbx": "an FBX",
    "obj": "a Wavefront OBJ",
    "usd": "a USD",
    "stl": "an STL",
    "ply": "a PLY",
    "blend": "a Blender",
    "collada": "a COLLADA (.dae)",
}
READABLE = "glTF, GLB, VRM, FBX, OBJ, USD, STL, PLY, COLLADA or .blend"

#: Openings of files that no Blender reads: what they are, and what to do.
REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (
        b"PMX ",
        "an MMD model (PMX)",
        "Import it with the MMD Tools extension in Blender and save a .blend, or convert it to VRM",
    ),
    (
        b"Pmd",
        "an MMD model (PMD)",
        "Import it with the MMD Tools extension in Blender and save a .blend, or convert it to VRM",
    ),
    (b"version https://git-lfs", "a git-LFS pointer, not the model itself", "Run `git lfs pull` in its repository"),
    (b"; FBX", "an ASCII FBX", "Export it again as binary FBX (version 7.4)"),
    (b"//Maya", "a Maya scene", "Export it from Maya as FBX"),
    (b"FOR4", "a Maya scene", "Export it from Maya as FBX"),
    (b"\xd0\xcf\x11\xe0", "a 3ds Max or Office file", "Export it from its program as FBX"),
    (b"Ogawa", "an Alembic cache", "Export the character as USD, glTF or FBX"),
    (b"\x89PNG", "a PNG picture", "Choose the 3D file"),
    (b"\xff\xd8\xff", "a JPEG picture", "Choose the 3D file"),
    (b"%PDF", "a PDF", "Choose the 3D file"),
    (b"Rar!", "a RAR archive", "Unpack it and choose the 3D file inside"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Unpack it and choose the 3D file inside"),
    (b"<!DOCTYPE html", "a web page", "Download the file itself, not the page around it"),
    (b"<html", "a web page", "Download the file itself, not the page around it"),
)


@dataclass(frozen=True)
class Found:
    """form: a key of SPOKEN, or "vrm"; data: the JSON of a glTF, GLB or VRM; required: glTF extensions it needs."""

    form: str
    data: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def sniff(path: Path) -> Found:
    """Find out what `path` is. Raises InputError (file, reason, mend) for what is missing, broken or unreadable."""
    size = _size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            stream.seek(max(0, size - 64))
            tail = stream.read()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}). Check its permissions.") from error
    for opening, what, mend in REFUSED:
        if head.startswith(opening):
            raise InputError(f"{path}: is {what}; Modelsheet reads {READABLE}. {mend}.")
    form = _form(path, head, size)
    promised = SUFFIXES.get(path.suffix.lower().lstrip("."))
    if form is None or promised != form:
        _mislabelled(path, form, promised)
    check = CHECKS.get(form)
    if check:
        check(path, head, tail, size)
    return _gltf(path, form) if form in {"glb", "gltf"} else Found(form)


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder. Name the character file inside it.")
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{path}: is not a plain file. Name a character file.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable name"
        raise InputError(f"{path}: can't be found ({reason}). Check the name.") from error
    if size == 0:
        raise InputError(f"{path}: is empty (0 bytes). Export it or download it again.")
    if size > MAX_BYTES:
        raise InputError(f"{path}: is larger than 2 GiB. Save the character alone, or with smaller textures.")
    return size


def _mislabelled(path: Path, form: str | None, promised: str | None) -> None:
    if form is None:
        named = f"is not {SPOKEN[promised]} file inside" if promised else "is of no kind that Modelsheet reads"
        raise InputError(f"{path}: {named}. Choose a {READABLE} file, or export the character again.")
    suffix = next(key for key, value in SUFFIXES.items() if value == form)
    raise InputError(f"{path}: is really {SPOKEN[form]} file. Rename it to {path.stem}.{suffix} and try again.")


def _form(path: Path, head: bytes, size: int) -> str | None:
    """The format by content, or None."""
    for opening, form in (
        (b"glTF", "glb"),
        (b"Kaydara FBX Binary", "fbx"),
        (b"BLENDER", "blend"),
        (b"ply\n", "ply"),
        (b"ply\r", "ply"),
        (b"PXR-USDC", "usd"),
        (b"#usda", "usd"),
    ):
        if head.startswith(opening):
            return form
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    if head.startswith((b"\x28\xb5\x2f\xfd", b"\x1f\x8b")):
        return "blend" if path.suffix.lower().startswith(".blend") else None
    if len(head) >= 84 and size == 84 + 50 * struct.unpack("<I", head[80:84])[0]:
        return "stl"
    return _text_form(head)


def _text_form(head: bytes) -> str | None:
    if b"\x00" in head:
        return None
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("{"):
        return "gltf"
    if text.startswith("<"):
        return "collada" if re.search(r"<COLLADA\b", text[:4096]) else None
    if text.startswith("solid") and re.search(r"^\s*(facet|endsolid)\b", text, re.MULTILINE):
        return "stl"
    return "obj" if re.search(r"^(v|f|o|g|mtllib|usemtl)[ \t]+\S", text, re.MULTILINE) else None


def _archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{path}: is a damaged archive ({error}). Download it again.") from error
    if names and names[0].lower().endswith((".usd", ".usda", ".usdc")):
        return "usd"
    inside = next((name for name in names if name.lower().endswith(".dae")), "")
    mend = f"Unpack it and choose {Path(inside).name}" if inside else "Unpack it and choose the 3D file inside"
    raise InputError(f"{path}: is an archive, not a character. {mend}.")


def _truncated(path: Path, why: str) -> InputError:
    return InputError(f"{path}: is cut off ({why}). Download it or export it again.")


def _check_glb(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    if len(head) < 20:
        raise _truncated(path, f"only {size} bytes")
    version, length = struct.unpack("<II", head[4:12])
    if version != 2:
        raise InputError(f"{path}: is glTF version {version}; Blender reads version 2. Export it again as glTF 2.0.")
    if length > size:
        raise _truncated(path, f"{size} of {length} bytes")


def _check_fbx(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    if len(head) < 40:
        raise _truncated(path, f"only {size} bytes")
    version = struct.unpack("<I", head[23:27])[0]
    if version < 7100:
        raise InputError(
            f"{path}: is FBX version {version}; Blender reads 7100 and later. Export it as FBX 2013 or later."
        )
    wide = version >= 7500
    offset = 27
    with path.open("rb") as stream:
        # Each top record tells where it ends; an empty one closes the file.
        while offset:
            stream.seek(offset)
            raw = stream.read(8 if wide else 4)
            if len(raw) < (8 if wide else 4):
                raise _truncated(path, "its closing record is missing")
            end = struct.unpack("<Q" if wide else "<I", raw)[0]
            if end > size or 0 < end <= offset:
                raise _truncated(path, f"{size} bytes, but a part ends at {end}")
            offset = end


def _check_blend(path: Path, head: bytes, tail: bytes, size: int) -> None:
    # Blender closes a plain file with a block called ENDB and a zstd one with a seek table and its magic number.
    if head.startswith(b"BLENDER") and b"ENDB" not in tail:
        raise _truncated(path, "its last block is missing")
    if head.startswith(b"\x28\xb5\x2f\xfd") and not tail.endswith(b"\xb1\xea\x92\x8f"):
        raise _truncated(path, f"{size} bytes, and its table of parts is missing")


CHECKS: dict[str, Callable[[Path, bytes, bytes, int], None]] = {
    "glb": _check_glb,
    "fbx": _check_fbx,
    "blend": _check_blend,
}


def _gltf(path: Path, form: str) -> Found:
    data = read_json(path)
    required = data.get("extensionsRequired")
    names = tuple(str(name) for name in required) if isinstance(required, list) else ()
    buffers = data.get("buffers")
    for buffer in buffers if isinstance(buffers, list) else []:
        uri = buffer.get("uri") if isinstance(buffer, dict) else None
        if isinstance(uri, str) and not uri.startswith("data:") and not _beside(path, uri):
            raise InputError(f"{path}: needs {uri[:80]}, which is not beside it. Put it there, or export as one .glb.")
    return Found("vrm" if read_vrm(data) else form, data, names)


def _beside(path: Path, uri: str) -> bool:
    try:
        return (path.parent / unquote(uri)).is_file()
    except (OSError, ValueError):
        return False
