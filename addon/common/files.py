# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole files: written beside their place and moved into it, so that a file that exists is complete."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import InputError, WorkError

#: Bytes without which no picture can be written.
LEAST_FREE = 1 << 16
#: Infix of files that are still being written; a leftover one is worthless and may be deleted.
PARTIAL = ".part-"


def partial_path(path: Path) -> Path:
    """The name beside `path` under which it is written; keeps the suffix, because encoders look at it."""
    return path.with_name(f"{path.stem}{PARTIAL}{os.getpid()}{path.suffix}")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a partial path to write to; move it into place if the block succeeds, remove it if not.

    Raises WorkError in plain words when the disk is full or the folder can't be written.
    """
    part = partial_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise WorkError(describe_os_error(path, error), fatal=True) from error
    finally:
        with suppress(OSError):  # where a file stands in place of a folder above it, say
            part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` as the whole content of `path`."""
    with whole(path) as part:
        part.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 without BOM and with LF line ends on every system."""
    write_bytes(path, text.encode("utf-8"))


def dumps(value: Any) -> str:
    """Canonical one-line JSON: sorted keys, no spaces, so that equal values give equal text and hashes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON with a stable key order (the order of the mapping)."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line."""
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    write_text(path, "".join(lines))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSON-lines file; an absent file has none. Raises InputError naming file and line."""
    rows: list[dict[str, Any]] = []
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return rows
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}, line {number}: not JSON ({error}). Delete the line and run again.") from error
        if isinstance(row, dict):
            rows.append(row)
    return rows


def sha256_bytes(data: bytes) -> str:
    """Hexadecimal SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for piece in iter(lambda: stream.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def sha256_value(value: Any) -> str:
    """Hexadecimal SHA-256 of a JSON value in canonical form."""
    return sha256_bytes(dumps(value).encode("utf-8"))


def slug(text: str) -> str:
    """A file-name part: lower-case ASCII letters, digits and single dashes, never empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "x"


def _is_full(path: Path) -> bool:
    """Encoders may say no more than that a file came out short; then the disk itself tells why."""
    try:
        return shutil.disk_usage(path.parent).free < LEAST_FREE
    except OSError:
        return False


def describe_os_error(path: Path, error: OSError) -> str:
    """An operating-system error as one line with its mend."""
    if error.errno == errno.ENOSPC or _is_full(path):
        return f"{path}: the disk is full. Free some space and run the same command again; it goes on where it stopped."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path}: this folder can't be written. Choose another with --out, or change its permissions."
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return f"{path}: a file stands where a folder is needed. Choose another folder with --out."
    return f"{path}: {error.strerror or error}. Check the path and run the same command again."
