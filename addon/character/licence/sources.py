# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each format writes who made it and on what terms it may be used. Reads only openings of files; no bpy."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from ..files.gltf import read_vrm
from ..files.sniff import Found
from . import fbx as licence_fbx
from . import mmd as licence_mmd
from . import usd as licence_usd

#: As much of a text file as is searched.
OPENING = 1 << 16
MOST_LINES = 100
#: A comment that speaks of rights.
SPEAKS = re.compile(
    r"licen[cs]e|copyright|\(c\)|©|\bcc0\b|\bcc[- ]by|creative commons|public domain|all rights|attribution"
    r"|non-?commercial|\bauthor\b|ライセンス|利用規約|著作",
    re.IGNORECASE,
)
#: A value of a glTF's extras that is worth showing.
EXTRAS = re.compile(r"licen[cs]e|author|creator|copyright|source|title|credit|rights|terms", re.IGNORECASE)
#: Those that say something of rights; a title alone does not.
TELLING = re.compile(r"licen[cs]e|author|creator|artist|copyright|rights|credit|terms", re.IGNORECASE)
#: What reading a damaged or unreadable file can raise.
DAMAGED = (OSError, ValueError, LookupError, RecursionError, struct.error, zipfile.BadZipFile, NotImplementedError)


@dataclass(frozen=True)
class Stated:
    """What a file states: where it stands, and name -> value as the file has it."""

    source: str
    fields: dict[str, Any] = field(default_factory=dict)


def read_stated(path: Path, found: Found) -> Stated | None:
    """What the file at `path` states of its rights, None for nothing. Never raises for a damaged file."""
    reader = READERS.get(found.form)
    if reader is None:
        return None
    try:
        stated = reader(path, found)
    except DAMAGED:
        return None
    return stated if stated is not None and stated.fields else None


def _vrm(_path: Path, found: Found) -> Stated | None:
    vrm = read_vrm(found.data)
    return None if vrm is None else Stated(f"VRM {vrm.version}.{'0' if vrm.version else 'x'} meta", vrm.licence)


def _gltf(_path: Path, found: Found) -> Stated:
    asset = _map(found.data.get("asset"))
    fields = {key: asset["copyright"] for key in ("copyright",) if isinstance(asset.get("copyright"), str)}
    fields |= {key: value for key, value in _map(asset.get("extras")).items() if EXTRAS.search(key)}
    fields = {**_packet(found.data, asset), **fields}
    telling = any(TELLING.search(name) and value for name, value in fields.items())
    return Stated("glTF asset", fields if telling else {})


def _packet(data: dict[str, Any], asset: dict[str, Any]) -> dict[str, Any]:
    """The fields of the KHR_xmp_json_ld packet that describes the asset."""
    packets = _map(_map(data.get("extensions")).get("KHR_xmp_json_ld")).get("packets")
    index = _map(_map(asset.get("extensions")).get("KHR_xmp_json_ld")).get("packet", 0)
    if not isinstance(packets, list) or not isinstance(index, int) or not 0 <= index < len(packets):
        return {}
    wanted = re.compile(r"^(dc:(rights|creator|title|source)|cc:|xmpRights:)")
    return {key: list(_texts(value)) for key, value in _map(packets[index]).items() if wanted.search(key)}


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts in a value of XMP, whose lists and languages are mappings of many shapes."""
    if isinstance(value, str):
        yield value
    elif depth < 6 and isinstance(value, dict | list):
        rows = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in rows:
            if key not in ("@type", "@language"):
                yield from _texts(inner, depth + 1)


def _fbx(path: Path, _found: Found) -> Stated:
    fields = licence_fbx.read_metadata(path)
    telling = {"Author", "Copyright"} & fields.keys() or any(SPEAKS.search(value) for value in fields.values())
    return Stated("FBX", fields if telling else {})


def _mmd(path: Path, _found: Found) -> Stated:
    fields = licence_mmd.read_comment(path)
    return Stated("MMD model", fields if any(name.startswith("comment") for name in fields) else {})


def _usd(path: Path, _found: Found) -> Stated:
    fields = licence_usd.read_metadata(path)
    return Stated("USD", {key: text for key, text in fields.items() if TELLING.search(key) or SPEAKS.search(text)})


def _collada(path: Path, _found: Found) -> Stated:
    text = _opening(path, ".dae").decode("utf-8", errors="replace")
    asset = text.partition("<asset")[2].partition("</asset>")[0]
    names = ("author", "author_website", "copyright", "comments")
    rows = {name: re.search(rf"<{name}>([^<]*)</{name}>", asset) for name in names}
    fields = {name: unescape(row.group(1)) for name, row in rows.items() if row}
    # Exporters put a placeholder there ("Blender User"); it names nobody.
    if fields.get("author", "").casefold() in {"", "blender user", "avastar user", "author"}:
        fields.pop("author", None)
    comments = fields.pop("comments", "")
    return Stated("COLLADA asset", {**fields, **({"text": comments} if SPEAKS.search(comments) else {})})


def _obj(path: Path, _found: Found) -> Stated:
    materials = path.with_suffix(".mtl")
    lines = [*_comments(path, "#"), *(_comments(materials, "#") if materials.is_file() else ())]
    return Stated("comments in the file", {"text": " / ".join(lines)} if lines else {})


def _ply(path: Path, _found: Found) -> Stated:
    lines = list(_comments(path, "comment"))
    return Stated("comments in the file", {"text": " / ".join(lines)} if lines else {})


def _comments(path: Path, mark: str) -> Iterator[str]:
    """Comment lines that speak of rights, among the first of a file."""
    with path.open("rb") as stream:
        text = stream.read(OPENING).decode("utf-8", errors="replace")
    for line in text.splitlines()[:MOST_LINES]:
        said = line.strip().removeprefix(mark).strip("#/*- \t")
        if line.strip().startswith(mark) and SPEAKS.search(said):
            yield said


def _opening(path: Path, *suffixes: str) -> bytes:
    """The first bytes of a file, or of the first member of an archive that ends in one of the suffixes."""
    with path.open("rb") as stream:
        head = stream.read(OPENING)
    if not head.startswith(b"PK\x03\x04"):
        return head
    with zipfile.ZipFile(path) as archive:
        name = next((name for name in archive.namelist() if name.lower().endswith(suffixes)), None)
        if name is None:
            return b""
        with archive.open(name) as member:
            return member.read(OPENING)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


READERS: dict[str, Callable[[Path, Found], Stated | None]] = {
    "vrm": _vrm,
    "glb": _gltf,
    "gltf": _gltf,
    "fbx": _fbx,
    "mmd": _mmd,
    "usd": _usd,
    "collada": _collada,
    "zae": _collada,
    "obj": _obj,
    "ply": _ply,
}
