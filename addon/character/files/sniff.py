# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file really is, by its content before its suffix, and whether it is whole. No bpy; never a traceback."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ...common.errors import InputError
from ...common.tables import read_table
from .archive import collada_inside, names_inside
from .beside import Beside
from .gltf import read_json, read_vrm
from .gltf_json import as_maps, as_texts

#: More than this is a scene, not a character, and would fill the memory of the machine.
MAX_BYTES = 2 << 30
HEAD, TAIL = 1 << 16, 1 << 10
READABLE = "glTF, GLB, VRM, FBX, OBJ, USD, STL, PLY, COLLADA, Alembic or .blend"


@dataclass(frozen=True)
class Found:
    """form: a key of `forms` in formats.yaml, or "vrm"; data: the JSON of a glTF, GLB or VRM, tidied.

    required: glTF extensions that the file says it needs. warnings: what the user should know of the file itself.
    """

    form: str
    data: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@cache
def table() -> dict[str, Any]:
    """formats.yaml."""
    return read_table(Path(__file__).with_name("formats.yaml")).data


def suffixes() -> dict[str, str]:
    """Each suffix that is read, and the form that it promises."""
    return {suffix: form for form, row in table()["forms"].items() for suffix in row["suffixes"]}


def sniff(path: Path) -> Found:
    """Find out what `path` is. Raises InputError (file, reason, mend) for what is missing, broken or unreadable."""
    size = _size(path)
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
            stream.seek(max(0, size - TAIL))
            tail = stream.read()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}). Check its permissions.") from error
    form = _form(path, head, size)
    check = CHECKS.get(form)
    if check:
        check(path, head, tail, size)
    warnings = _mislabelled(path, form)
    if form not in {"glb", "gltf"}:
        return Found(form, warnings=warnings)
    data = read_json(path)
    _has_parts(path, data)
    required = tuple(as_texts(data.get("extensionsRequired")))
    return Found("vrm" if read_vrm(data) else form, data, required, warnings)


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


def _suffix(path: Path) -> str:
    return path.suffix.lower().lstrip(".")


def _mislabelled(path: Path, form: str) -> tuple[str, ...]:
    if suffixes().get(_suffix(path)) == form:
        return ()
    row = table()["forms"][form]
    right = f"{path.stem}.{row['suffixes'][0]}"
    return (f"{path.name} is really {row['spoken']} file and was read as one. Rename it to {right}.",)


def _form(path: Path, head: bytes, size: int) -> str:
    """The format by content. Raises InputError for what nobody here reads."""
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    if head.startswith(b"\x1f\x8b"):
        return _unpacked(path, head)
    by_text = _by_text(head)
    for row in table()["openings"]:
        if head.startswith(row["bytes"].encode("latin-1")):
            return _verdict(path, row)
    if _is_binary_stl(path, head, size):
        return "stl"
    by_name = table()["suffixes"].get(_suffix(path))
    if by_text is not None and not (by_name and by_text.get("form") in {"obj", "gltf"}):
        return _verdict(path, by_text)
    if by_name is not None:
        return _verdict(path, by_name)
    promised = suffixes().get(_suffix(path))
    named = f"is not {table()['forms'][promised]['spoken']} file inside" if promised else "is of no kind that is read"
    raise InputError(f"{path}: {named}. Choose a {READABLE} file, or export the character again.")


def _verdict(path: Path, row: dict[str, str]) -> str:
    if "form" in row:
        return row["form"]
    raise InputError(f"{path}: is {row['is']}; Modelsheet reads {READABLE}. {row['mend']}.")


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head


def _by_text(head: bytes) -> dict[str, str] | None:
    if not _is_text(head):
        return None
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    rows = table()["texts"]
    return next((row for row in rows if re.search(row["pattern"], text, re.IGNORECASE | re.MULTILINE)), None)


def _is_binary_stl(path: Path, head: bytes, size: int) -> bool:
    if len(head) < 84:
        return False
    whole = 84 + 50 * struct.unpack("<I", head[80:84])[0]
    if _suffix(path) == "stl" and not _is_text(head) and size < whole < MAX_BYTES:
        raise _truncated(path, f"{size} of {whole} bytes")
    # Some programs add a few bytes of their own.
    return size == whole or (_suffix(path) == "stl" and not _is_text(head) and 84 < whole < size)


def _unpacked(path: Path, head: bytes) -> str:
    """A gzip file: Blender once wrote its own so; whatever else is in it must be unpacked."""
    try:
        inside = zlib.decompressobj(wbits=31).decompress(head, 512)
    except zlib.error as error:
        raise InputError(f"{path}: is a damaged packed file ({error}). Download it again.") from error
    if inside.startswith(b"BLENDER"):
        return "blend"
    return _verdict(path, table()["suffixes"].get(_suffix(path), table()["suffixes"]["gz"]))


def _archive(path: Path) -> str:
    names = names_inside(path)
    if names and names[0].lower().endswith((".usd", ".usda", ".usdc")):
        return "usd"
    by_name = table()["suffixes"].get(_suffix(path))
    if by_name and _suffix(path) != "zip":
        return _verdict(path, by_name)
    if collada_inside(names):
        return "zae"
    known = suffixes().keys() | table()["suffixes"].keys() - {"bin", "mtl", "zip"}
    inside = next((name for name in names if Path(name).suffix.lower().lstrip(".") in known), "")
    mend = f"Unpack it first and choose {Path(inside).name} inside" if inside else table()["suffixes"]["zip"]["mend"]
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
    if 20 + struct.unpack("<I", head[12:16])[0] > size:
        raise _truncated(path, "its description is longer than the file")


def _check_fbx(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    if not head.startswith(b"Kaydara"):
        _check_fbx_text(path, head)
        return
    if len(head) < 40:
        raise _truncated(path, f"only {size} bytes")
    order = ">" if head[22] else "<"
    version = struct.unpack(order + "I", head[23:27])[0]
    if version < 7100:
        raise _old_fbx(path, str(version))
    wide = version >= 7500
    offset = 27
    with path.open("rb") as stream:
        # Each top record tells where it ends; an empty one closes the file.
        while offset:
            stream.seek(offset)
            raw = stream.read(8 if wide else 4)
            if len(raw) < (8 if wide else 4):
                raise _truncated(path, "its closing record is missing")
            end = struct.unpack(order + ("Q" if wide else "I"), raw)[0]
            if end > size or 0 < end <= offset:
                raise _truncated(path, f"{size} bytes, but a part ends at {end}")
            offset = end


def _check_fbx_text(path: Path, head: bytes) -> None:
    version = re.search(rb"FBXVersion:\s*(\d+)", head)
    if version and int(version.group(1)) < 7100:
        raise _old_fbx(path, version.group(1).decode())
    depth = 0
    with path.open("rb") as stream:
        # Strings may hold braces, so only lines that are structure count.
        for line in stream:
            stripped = line.split(b";", 1)[0].rstrip()
            depth += stripped.endswith(b"{") - (stripped.strip() == b"}")
    if depth > 0:
        raise _truncated(path, "a part of it is not closed")


def _old_fbx(path: Path, version: str) -> InputError:
    return InputError(
        f"{path}: is FBX version {version[:9]}; Blender reads 7100 and later. Export it as FBX 2013 or later."
    )


def _check_blend(path: Path, head: bytes, tail: bytes, size: int) -> None:
    # Blender closes a plain file with a block called ENDB and a zstd one with a seek table and its magic number.
    if head.startswith(b"BLENDER") and b"ENDB" not in tail:
        raise _truncated(path, "its last block is missing")
    if head.startswith(b"\x28\xb5\x2f\xfd") and not tail.endswith(b"\xb1\xea\x92\x8f"):
        raise _truncated(path, f"{size} bytes, and its table of parts is missing")

    if head.startswith(b"\x1f\x8b"):
        _check_gzip(path)


def _check_gzip(path: Path) -> None:
    unpacking, unpacked = zlib.decompressobj(wbits=31), 0
    try:
        with path.open("rb") as stream:
            while not unpacking.eof and unpacked < MAX_BYTES:
                piece = unpacking.unconsumed_tail or stream.read(HEAD)
                if not piece:
                    raise _truncated(path, "its packed content ends early")
                unpacked += len(unpacking.decompress(piece, 1 << 20))
    except zlib.error as error:
        raise InputError(f"{path}: is damaged ({error}). Download it or export it again.") from error
    if not unpacking.eof:
        raise InputError(f"{path}: is larger than 2 GiB unpacked. Save the character alone.")


def _check_collada(path: Path, _head: bytes, tail: bytes, size: int) -> None:
    if b"</COLLADA>" not in tail.replace(b"\x00", b"") and size > TAIL // 4:
        raise _truncated(path, "its end is missing")


def _check_alembic(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    """Blender's reader ends the whole program over a cut-off file."""
    if len(head) < 16:
        raise _truncated(path, f"only {size} bytes")
    # All else comes before the list of what is in the file; it is marked once all has been written.
    place = struct.unpack("<Q", head[8:16])[0]
    with path.open("rb") as stream:
        stream.seek(min(place, size))
        raw = stream.read(8)
    if head[5] != 0xFF or len(raw) < 8 or place + 8 + 8 * struct.unpack("<Q", raw)[0] > size:
        raise _truncated(path, "its list of contents is missing")


def _check_usd(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    if head.startswith(b"PXR-USDC") and (len(head) < 24 or struct.unpack("<Q", head[16:24])[0] >= size):
        raise _truncated(path, "its list of contents is missing")


def _check_ply(path: Path, head: bytes, _tail: bytes, size: int) -> None:
    if b"end_header" not in head:
        raise _truncated(path, f"only {size} bytes")


CHECKS: dict[str, Callable[[Path, bytes, bytes, int], None]] = {
    "glb": _check_glb,
    "fbx": _check_fbx,
    "blend": _check_blend,
    "collada": _check_collada,
    "ply": _check_ply,
    "alembic": _check_alembic,
    "usd": _check_usd,
}


def _has_parts(path: Path, data: dict[str, Any]) -> None:
    """Raises InputError where a glTF's data, which it can't do without, is not near it."""
    near = Beside(path)
    for buffer in as_maps(data.get("buffers")):
        uri = buffer.get("uri")
        if isinstance(uri, str) and not uri.startswith("data:") and near.find(uri) is None:
            raise InputError(f"{path}: needs {uri[:80]}, which is not beside it. Put it there, or export as one .glb.")
