# SPDX-License-Identifier: GPL-3.0-or-later
"""A package checked, ours or a stranger's: whole by its own sums, and safe to unpack on every system."""

from __future__ import annotations

import hashlib
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ....common.errors import InputError
from ...folder import SUMS
from ...portable import folded, name_fault

#: More than any dataset has; beyond it a ZIP is made to fill a disk.
MAX_FILES = 100_000
MAX_BYTES = 64 << 30
#: How much larger than its ZIP a file may be: pictures hardly shrink, and text by no more than this.
MAX_RATIO = 100
_SMALL, _MAX_SUMS, _PIECE = 1 << 20, 32 << 20, 1 << 20
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_ENCRYPTED = 0x1
#: Faults told one by one; a ZIP may have thousands.
MOST_TOLD = 50


def verify(path: Path) -> tuple[int, list[str]]:
    """(number of files, what is wrong, a sentence each) of a ZIP; nothing of it is unpacked to disk.

    Raises InputError when it can't be read as a ZIP at all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            faults = [*_too_much(infos, path)]
            if not faults:
                faults = [*_names(infos), *_contents(archive, infos)]
    except FileNotFoundError as error:
        raise InputError(f"{path}: not there. Check the name.") from error
    except (OSError, zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error) or "damaged"
        raise InputError(f"{path}: not a ZIP that can be read ({reason}). Fetch or make it again.") from error
    if len(faults) > MOST_TOLD:
        faults = [*faults[:MOST_TOLD], f"and {len(faults) - MOST_TOLD} more faults"]
    return sum(not info.is_dir() for info in infos), faults


def _too_much(infos: list[zipfile.ZipInfo], path: Path) -> Iterator[str]:
    """Bombs, by what the ZIP says of itself; what it says falsely is found while reading."""
    if len(infos) > MAX_FILES:
        yield f"holds {len(infos)} files; no dataset has so many. Don't unpack it."
    total = sum(info.file_size for info in infos)
    if total > MAX_BYTES or (total > _SMALL and total > MAX_RATIO * max(1, path.stat().st_size)):
        yield f"would unpack to {total / 1e9:.1f} GB: made to fill a disk. Don't unpack it."


def _names(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for info in infos:
        # Python cuts a name at a zero byte; what stands in the ZIP is what other programs see.
        name, shown = info.orig_filename, _shown(info.orig_filename)
        fault = name_fault(name.removesuffix("/"))
        if fault:
            yield f"{shown}: {fault}"
        other = seen.setdefault(folded(name), name)
        if other is not name:
            same = other == name
            yield f"{shown}: is in it twice" if same else f"{shown}: differs from {_shown(other)} in capitals only"
        mode = info.external_attr >> 16
        if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
            yield f"{shown}: is a link or a device, not a file"


def _contents(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Against the sums inside; every file is read once, in pieces."""
    files = {info.filename: info for info in infos if not info.is_dir()}
    lists = sorted((name for name in files if name.rpartition("/")[2] == SUMS), key=lambda name: name.count("/"))
    expected: dict[str, str] = {}
    if not lists:
        yield f"{SUMS}: missing, so nothing can be compared"
        home = ""
    else:
        home = lists[0].removesuffix(SUMS)
        expected, wrong = _sums(archive, files[lists[0]])
        yield from wrong
    for name, info in files.items():
        digest, fault = _digest(archive, info)
        inside = name.removeprefix(home)
        if fault:
            yield f"{_shown(name)}: {fault}"
        elif not lists or name == lists[0]:
            continue
        elif not name.startswith(home) or inside not in expected:
            yield f"{_shown(name)}: not listed in {SUMS}"
        elif expected[inside] != digest:
            yield f"{_shown(name)}: was changed or damaged; its sum is another than {SUMS} says"
    for inside in sorted(set(expected) - {name.removeprefix(home) for name in files if name.startswith(home)}):
        yield f"{_shown(home + inside)}: missing, though {SUMS} lists it"


def _sums(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[dict[str, str], list[str]]:
    if info.file_size > _MAX_SUMS:
        return {}, [f"{SUMS}: too large to be one"]
    data, fault = b"", None
    for piece in _read(archive, info):
        if isinstance(piece, str):
            fault = piece
            break
        data += piece
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return {}, [f"{SUMS}: not UTF-8 text"]
    if fault:
        return {}, []  # told when its turn comes
    found = [_LINE.fullmatch(line) for line in lines if line.strip()]
    wrong = [] if all(found) else [f"{SUMS}: has a line that is no sum"]
    return {match[2]: match[1] for match in found if match}, wrong


def _digest(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> tuple[str, str | None]:
    digest = hashlib.sha256()
    for piece in _read(archive, info):
        if isinstance(piece, str):
            return "", piece
        digest.update(piece)
    return digest.hexdigest(), None


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes | str]:
    """The content in pieces; a sentence instead of the rest when it can't be read, or is larger than it said."""
    if info.flag_bits & _ENCRYPTED:
        yield "is encrypted"
        return
    length = 0
    try:
        with archive.open(info) as stream:
            while piece := stream.read(_PIECE):
                length += len(piece)
                if length > info.file_size:
                    yield "is larger than the ZIP says: made to fill a disk"
                    return
                yield piece
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError) as error:
        yield f"is damaged ({error})"


def _shown(name: str) -> str:
    """A name as it may stand in a line: what moves the cursor, or can't be printed, is written out."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 120 else f"{text[:117]}..."
