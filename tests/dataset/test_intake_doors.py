# SPDX-License-Identifier: GPL-3.0-or-later
"""The door for files from outside: hostile pictures, captions and folders, each told in one plain line."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.dataset import intake
from modelsheet.dataset.portable import folded, name_fault, safe_name
from PIL import Image, ImageCms


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def coloured(mode: str = "RGB", size: tuple[int, int] = (24, 16)) -> Image.Image:
    y, x = np.mgrid[: size[1], : size[0]]
    pixels = np.stack([x * 10 % 256, y * 15 % 256, (x + y) * 5 % 256, 255 - x * 4], -1).astype(np.uint8)
    picture = Image.fromarray(pixels)
    return picture.convert(mode) if mode in ("RGBA", "LA") else picture.convert("RGB").convert(mode)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_every_form_becomes_upright_srgb() -> None:
    for kind, mode in [("PNG", "RGB"), ("PNG", "L"), ("PNG", "P"), ("PNG", "1"), ("JPEG", "RGB"), ("JPEG", "CMYK"),
                       ("JPEG", "L"), ("WEBP", "RGB"), ("TIFF", "RGB"), ("TIFF", "CMYK"), ("BMP", "RGB")]:  # fmt: skip
        opened = intake.decode_picture(encoded(coloured(mode), kind), kind)
        assert (opened.mode, opened.size, opened.info) == ("RGB", (24, 16), {})
    for kind, mode in [("PNG", "RGBA"), ("PNG", "LA"), ("WEBP", "RGBA"), ("TIFF", "RGBA")]:
        opened = intake.decode_picture(encoded(coloured(mode), kind), kind)
        assert (opened.mode, opened.size) == ("RGBA", (24, 16))
    palette = coloured("RGB").convert("P")
    opened = intake.decode_picture(encoded(palette, transparency=0), "p")
    assert opened.mode == "RGBA"


def test_turned_pictures_are_turned_back() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    opened = intake.decode_picture(encoded(coloured(), "JPEG", exif=exif, quality=95), "turned")
    assert opened.size == (16, 24) and not opened.getexif()


def test_sixteen_bits_come_down_to_eight() -> None:
    deep = Image.fromarray((np.arange(256, dtype=np.uint16) * 257).reshape(16, 16))
    opened = np.asarray(intake.decode_picture(encoded(deep), "deep"))
    assert (opened[..., 0] == np.arange(256).reshape(16, 16)).all()


def test_profiles_are_converted_and_broken_ones_passed_over() -> None:
    flat = Image.new("RGB", (8, 8), (200, 100, 50))
    xyz = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    linear = intake.decode_picture(encoded(flat, icc_profile=xyz), "xyz")
    assert linear.info == {}
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert intake.decode_picture(encoded(flat, icc_profile=srgb), "srgb").getpixel((0, 0)) == (200, 100, 50)
    assert intake.decode_picture(encoded(flat, icc_profile=b"nonsense"), "none").getpixel((0, 0)) == (200, 100, 50)


WHOLE = encoded(coloured())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty file"),
        (b"hello, I am a picture", "not a picture"),
        (b"GIF89a" + bytes(40), "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (WHOLE[: len(WHOLE) // 2], "cut short"),
        (WHOLE[:20], "damaged or cut short"),
        (encoded(coloured(), "JPEG")[:300], "damaged or cut short"),
        (encoded(coloured(), "WEBP")[:60], "damaged or cut short"),
        (png(50_000, 50_000), "megapixels"),
        (png(50_000, 1), "20000 pixels a side"),
        (png(9_500, 9_500), "megapixels"),
        (png(6_000, 6_000, zlib.compress(bytes(1 << 20))), "damaged or cut short"),
        (encoded(Image.new("F", (4, 4)), "TIFF"), "damaged"),
        (encoded(coloured(), save_all=True, append_images=[coloured("L").convert("RGB")]), "animation"),
        (encoded(coloured(), "WEBP", save_all=True, append_images=[coloured("L").convert("RGB")]), "animation"),
    ],
)  # fmt: skip
def test_pictures_that_are_none_are_refused_in_a_line(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "it.png"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        intake.open_picture(path)
    assert str(path) in str(caught.value) and words in str(caught.value) and "0x" not in str(caught.value)


def test_a_text_bomb_in_a_png_is_refused_or_read_within_bounds(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(80 << 20))
    data = WHOLE[:33] + chunk(b"zTXt", b"x\0\0" + bomb) + WHOLE[33:]
    (tmp_path / "b.png").write_bytes(data)
    with pytest.raises(InputError):
        intake.open_picture(tmp_path / "b.png")


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "BMP"]), st.data())
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(encoded(coloured("RGB", (9, 7)), kind))
    for _turn in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        assert intake.decode_picture(bytes(content), "fuzzed").mode in ("RGB", "RGBA")
    except InputError as error:
        assert str(error).startswith("fuzzed: ")


def test_only_files_that_lie_in_the_folder_are_opened(tmp_path: Path) -> None:
    inside, secret = tmp_path / "in", tmp_path / "secret.png"
    inside.mkdir()
    secret.write_bytes(WHOLE)
    (inside / "link.png").symlink_to(secret)
    assert intake.open_picture(inside / "link.png").size == (24, 16)
    for path in (inside / "link.png", inside / ".." / "secret.png"):
        with pytest.raises(InputError, match="leads out"):
            intake.open_picture(path, within=inside)
    with pytest.raises(InputError, match="not there"):
        intake.open_picture(inside / "none.png")
    with pytest.raises(InputError):
        intake.open_picture(inside)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
def test_a_pipe_does_not_hold_us_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(InputError, match="not a file"):
        intake.open_picture(tmp_path / "pipe.png")
    assert intake.walk_pictures(tmp_path).pictures == ()


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"mara, woman", "mara, woman"),
        (b"\xef\xbb\xbfmara\r\n", "mara"),
        (b"\n \n  one \ntwo\n", "one"),
        (b"", ""),
        ("ünï, 漢字".encode(), "ünï, 漢字"),
        ("mära".encode("latin-1"), "not UTF-8"),
        ("mara".encode("utf-16"), "not UTF-8"),
        (b"a\0b", "binary"),
        (b"x" * 70_000, "more than 64 KB"),
    ],
)
def test_captions(data: bytes, wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    try:
        assert intake.read_caption(path) == wanted
    except InputError as error:
        assert wanted in str(error)


def test_a_walk_takes_pictures_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "sub").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    (tmp_path / "other.png").write_bytes(WHOLE)
    names = ["b.png", "a.JPG", "sub/c.webp", ".dot.png", ".hidden/d.png", "a.txt", "con.png", "e.heic", "B.PNG"]
    for name in names:
        (folder / name).write_bytes(WHOLE)
    (folder / "out.png").symlink_to(tmp_path / "other.png")
    (folder / "in.png").symlink_to(folder / "b.png")
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.png").symlink_to(folder / "nothing.png")
    walk = intake.walk_pictures(folder)
    names = [path.relative_to(folder).as_posix() for path in walk.pictures]
    assert names == ["B.PNG", "a.JPG", "in.png", "nowhere.png", "sub/c.webp"]
    said = " | ".join(walk.left_out)
    for words in ("b.png: differs from B.PNG", "con.png: has a name that Windows", "out.png: a link"):
        assert words in said
    assert len(walk.left_out) == 3
    assert walk.unread == ("e.heic: HEIC is not read here. Save it as PNG, JPEG or WebP.",)
    flat = intake.walk_pictures(folder, deep=False)
    assert [path.name for path in flat.pictures] == ["B.PNG", "a.JPG", "in.png", "nowhere.png"]


def test_folders_that_are_none_or_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="no such folder"):
        intake.walk_pictures(tmp_path / "none")
    deep = tmp_path / "/".join("d" * 14)
    deep.mkdir(parents=True)
    (deep / "a.png").write_bytes(b"")
    with pytest.raises(InputError, match="too many"):
        intake.walk_pictures(tmp_path)
    many = tmp_path / "many"
    many.mkdir()
    for number in range(4):
        (many / f"{number}.png").write_bytes(b"")
    monkeypatch.setattr(intake, "MAX_PICTURES", 3)
    with pytest.raises(InputError, match="more than 3"):
        intake.walk_pictures(many)


def test_a_folder_that_changes_under_the_walk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    scandir = os.scandir

    def gone(path: Path) -> Any:
        if Path(path).name == "a":
            Path(path).rmdir()
        return scandir(path)

    monkeypatch.setattr(intake.os, "scandir", gone)
    with pytest.raises(InputError, match="changed while it was read"):
        intake.walk_pictures(tmp_path)


@pytest.mark.parametrize("what", ["st_size", "st_mtime_ns"])
def test_a_file_that_changes_while_it_is_read_is_told(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(WHOLE)
    fstat, calls = os.fstat, []

    def grown(descriptor: int) -> Any:
        calls.append(descriptor)
        if len(calls) == 2:
            with path.open("ab") as stream:
                stream.write(b"more" if what == "st_size" else b"")
            os.utime(path, ns=(1, 1))
        return fstat(descriptor)

    monkeypatch.setattr(intake.os, "fstat", grown)
    with pytest.raises(InputError, match="was changed while it was read"):
        intake.open_picture(path)


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../b", "/etc/x", "C:/x", "c:x", "a\\b", "nul", "COM1.png", "x/aux.txt", "a.", "a ", "a:b", "a\nb", "",
     "a//b", "./a", "x" * 300, "con .png", "\ud800"],
)  # fmt: skip
def test_names_that_no_system_should_see(name: str) -> None:
    assert name_fault(name)


def test_names_that_are_fine() -> None:
    for name in (
        "a.png",
        "train/10_mara woman/mara_0001.png",
        "console.png",
        "com.png",
        "com12.png",
        "ä/漢.png",
        "a..b",
    ):
        assert name_fault(name) is None
    assert folded("É.PNG") == folded("é.png")


@settings(deadline=None)
@given(st.text())
def test_a_safe_name_is_safe(text: str) -> None:
    assert name_fault(safe_name(text)) is None
