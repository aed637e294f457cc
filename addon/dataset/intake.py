# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door for pictures, captions and folders from outside. Everything there is taken to be hostile.

    open_picture(path)   -> Image, RGB or RGBA, sRGB, upright, whole
    read_head(path)      -> Head: format, mode and size as the file states them, without decoding
    read_caption(path)   -> the caption in a .txt, one line
    walk_pictures(folder)-> Walk: the pictures below a folder, and what was left out, in sentences
Each takes `within`: a folder that the file must really lie in, whatever links say.
All raise InputError, one line: the file, what is wrong with it, the mend.
"""

from __future__ import annotations

import io
import os
import stat
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PIL import Image, UnidentifiedImageError

from ..common.errors import InputError
from .decode import normalised
from .portable import folded, name_fault

#: What is opened at all: Pillow's names, and the suffixes in which they come.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
#: Pictures that people have and that are not read here: worth a sentence.
_OTHERS = (".gif", ".heic", ".heif", ".avif", ".jxl", ".psd", ".exr", ".hdr", ".tga", ".svg", ".jfif", ".jp2", ".raw")
#: Bounds. Pixels: just above the largest camera's 61 MP, under the count at which Pillow warns of bombs.
MAX_BYTES = 256 << 20
MAX_PIXELS = 80_000_000
MAX_SIDE = 20_000
MAX_CAPTION = 64 << 10
MAX_DEPTH = 12
MAX_PICTURES = 20_000
MAX_ENTRIES = 200_000

Answer = TypeVar("Answer")
#: Python's filters of warnings, which a decoder's are kept from, belong to all threads.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Head:
    """What a picture's file says of itself: Pillow's names of format and mode, and (width, height) as stored."""

    format: str
    mode: str
    size: tuple[int, int]


@dataclass(frozen=True)
class Walk:
    """The pictures below a folder, sorted by their paths; a sentence for each that was left out because it could do
    harm, and for each whose format is not read here."""

    folder: Path
    pictures: tuple[Path, ...]
    left_out: tuple[str, ...]
    unread: tuple[str, ...]


def open_picture(path: Path, within: Path | None = None) -> Image.Image:
    """The picture in a file: mode RGB, or RGBA where it has transparency; sRGB; upright; no metadata left.

    Colour profiles are converted, EXIF turns are applied, 16 bits come down to 8. Bounds are looked at before decoding.
    """
    return decode_picture(read_bytes(path, MAX_BYTES, within), str(path))


def decode_picture(data: bytes, name: str) -> Image.Image:
    """As open_picture, for a file's content that was read already (from a ZIP, say); `name` is for messages."""
    return _opened(data, name, normalised)


def read_head(path: Path, within: Path | None = None) -> Head:
    """Format, mode and size without decoding; the same bounds."""
    data = read_bytes(path, MAX_BYTES, within)
    return _opened(data, str(path), lambda opened: Head(str(opened.format), opened.mode, opened.size))


def read_caption(path: Path, within: Path | None = None) -> str:
    """The caption: the first line that is not empty, as trainers read it; "" where the file has none."""
    return next(iter(caption_lines(path, within)), "")


def caption_lines(path: Path, within: Path | None = None) -> list[str]:
    """Every line of a caption file that is not empty, without BOM and outer spaces."""
    data = read_bytes(path, MAX_CAPTION, within)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text. Open it in an editor and save it as UTF-8.") from error
    if "\0" in text:
        raise InputError(f"{path}: not a caption but binary data. Put a text file in its place.")
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_bytes(path: Path, limit: int, within: Path | None = None) -> bytes:
    """The whole content of a regular file of at most `limit` bytes that did not change while it was read."""
    _contain(path, within)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)  # a pipe must not hold us up
    try:
        with os.fdopen(os.open(path, flags), "rb") as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise InputError(f"{path}: not a file. Remove it from the folder.")
            if before.st_size > limit:
                raise InputError(f"{path}: {before.st_size >> 10} KB, more than {limit >> 10} KB. Make it smaller.")
            data = stream.read(limit + 1)
            after = os.fstat(stream.fileno())
    except FileNotFoundError as error:
        raise InputError(f"{path}: not there. If the folder is being changed, wait until that is done.") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror}). Check the file and its permissions.") from error
    if len(data) != after.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(f"{path}: was changed while it was read. Wait until that is done and run again.")
    return data


def walk_pictures(folder: Path, deep: bool = True) -> Walk:
    """Every picture (by its suffix) in a folder and, if deep, those below it; nothing is opened.

    Hidden files and folders are passed over. Links that lead out of the folder, names that Windows can't hold and names
    that differ in capitals only are left out, each with a sentence; so are formats that are not read here, in `unread`.
    Raises InputError for no folder, one too deep or too full, and one that changes while it is read.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder. Check the path.")
    try:
        walk = _sort(folder, sorted(_files(folder, folder.resolve(), deep)))
    except FileNotFoundError as error:
        raise InputError(f"{folder}: changed while it was read ({error.filename} has gone). Run again.") from error
    except OSError as error:
        raise InputError(f"{error.filename or folder}: can't be read ({error.strerror}). Check permissions.") from error
    if len(walk.pictures) > MAX_PICTURES:
        raise InputError(f"{folder}: holds more than {MAX_PICTURES} pictures. Give a folder with one set in it.")
    return walk


def _sort(folder: Path, names: list[tuple[str, bool]]) -> Walk:
    """What to take of (path below the folder, whether a link leads it out)."""
    taken: dict[str, str] = {}
    left_out, unread = [], []
    for name, outside in names:
        suffix = Path(name).suffix.lower()
        if suffix not in SUFFIXES and suffix not in _OTHERS:
            continue
        twin = taken.get(folded(name))
        fault = name_fault(name)
        if suffix in _OTHERS:
            unread.append(f"{printable(name)}: {suffix[1:].upper()} is not read here. Save it as PNG, JPEG or WebP.")
        elif outside:
            left_out.append(f"{printable(name)}: a link that leads out of the folder. Put the picture itself there.")
        elif fault:
            left_out.append(f"{printable(name)}: {fault}. Rename it.")
        elif twin:
            left_out.append(f"{name}: differs from {twin} in capitals only, one would replace the other. Rename it.")
        else:
            taken[folded(name)] = name
    return Walk(folder, tuple(folder / name for name in taken.values()), tuple(left_out), tuple(unread))


def _files(folder: Path, top: Path, deep: bool) -> Iterator[tuple[str, bool]]:
    """(path below the folder with /, whether a link leads it out) of every file; links to folders are not followed."""
    waiting, seen = [("", 0)], 0
    while waiting:
        below, depth = waiting.pop()
        with os.scandir(folder / below if below else folder) as entries:
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES or depth > MAX_DEPTH:
                    raise InputError(f"{folder}: too many files or folders. Give a folder with one set in it.")
                if entry.name.startswith(".") or entry.name == "__MACOSX":
                    continue
                name = f"{below}/{entry.name}" if below else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if deep and Path(entry.path).resolve().is_relative_to(top):  # Windows' junctions are no links
                        waiting.append((name, depth + 1))
                elif entry.is_symlink():
                    target = Path(entry.path).resolve()
                    if not target.is_dir():
                        yield name, not target.is_relative_to(top)
                elif entry.is_file(follow_symlinks=False):
                    yield name, False


def printable(name: str) -> str:
    """A name that may hold anything, for a message: one line, nothing that moves the cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _contain(path: Path, within: Path | None) -> None:
    if within is not None and not Path(path).resolve().is_relative_to(Path(within).resolve()):
        raise InputError(f"{path}: leads out of {within}. Put the file itself into the folder.")


def _opened(data: bytes, name: str, use: Callable[[Image.Image], Answer]) -> Answer:
    """What `use` makes of the picture, after its bounds were looked at."""
    if not data:
        raise InputError(f"{name}: an empty file. Save the picture again, or remove it.")
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on odd metadata, which nobody here reads
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                _bound(opened, name)
                return use(opened)
        except InputError:
            raise
        except UnidentifiedImageError as error:
            kinds = "PNG, JPEG, WebP, TIFF or BMP"
            raise InputError(f"{name}: not a picture in a form that is read here ({kinds}). Save it as one.") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
            raise InputError(f"{name}: more than {MAX_PIXELS // 10**6} megapixels. Make it smaller.") from error
        except Exception as error:  # decoders raise anything at hostile files; all of it means the same
            raise InputError(f"{name}: damaged or cut short. Save the picture again, or remove it.") from error


def _bound(opened: Image.Image, name: str) -> None:
    width, height = opened.size
    if width * height > MAX_PIXELS or max(opened.size) > MAX_SIDE or min(opened.size) < 1:
        most = f"{MAX_PIXELS // 10**6} megapixels or {MAX_SIDE} pixels a side"
        raise InputError(f"{name}: {width} x {height} pixels, more than {most}. Make it smaller.")
    if opened.format in ("PNG", "WEBP") and getattr(opened, "is_animated", False):
        raise InputError(f"{name}: an animation. Save one picture of it.")
