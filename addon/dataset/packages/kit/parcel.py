# SPDX-License-Identifier: GPL-3.0-or-later
"""ZIP files that come out the same, byte for byte, wherever and whenever they are made; with the sums of what is in
them, and without ever holding more than one picture in memory."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ....common.files import whole
from ...folder import SUMS
from .contents import File

#: The earliest date that a ZIP can state.
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX, _READABLE, _FOLDER, _DOS_FOLDER = 3, 0o100644, 0o040755, 0x10

#: Content of a ZIP's entry: as it is, from the dataset, or made when its turn comes.
Source = bytes | File | Callable[[], bytes]


@dataclass(frozen=True)
class Parcel:
    """One ZIP to be: its name without suffix; `home`, the folder that everything in it lies in ("" for none);
    its entries by path below home. A path that ends in / is an empty folder."""

    name: str
    home: str
    entries: Mapping[str, Source]


def write_parcel(parcel: Parcel, folder: Path) -> Path:
    """Write `folder/NAME.zip`: entries sorted by path and stored as they are (pictures don't shrink), then SHA256SUMS.

    Raises WorkError (disk full, a file that has gone or changed while it was read).
    """
    path = folder / f"{parcel.name}.zip"
    sums: dict[str, str] = {}
    with whole(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
        for name, source in sorted(parcel.entries.items()):
            digest = _write(archive, parcel.home + name, source)
            if not name.endswith("/"):
                sums[name] = digest
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        _write(archive, parcel.home + SUMS, lines.encode())
    return path


def _write(archive: zipfile.ZipFile, name: str, source: Source) -> str:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system = _UNIX
    info.external_attr = _FOLDER << 16 | _DOS_FOLDER if info.is_dir() else _READABLE << 16
    digest = hashlib.sha256()
    with archive.open(info, "w") as entry:
        for piece in _pieces(source):
            digest.update(piece)
            entry.write(piece)
    return digest.hexdigest()


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, File):
        yield from source.pieces()
    else:
        yield source if isinstance(source, bytes) else source()
