# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet package --verify`: whole and safe ZIPs pass, each fault of the others is named."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.cli import main
from modelsheet.common.errors import InputError
from modelsheet.dataset.packages.kit.parcel import Parcel, write_parcel
from modelsheet.dataset.packages.kit.verify import verify


def write(path: Path, files: dict[str, bytes], sums: bool = True, compress: int = zipfile.ZIP_STORED) -> Path:
    """A ZIP of these files as they are named, with their true sums."""
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    with zipfile.ZipFile(path, "w", compress) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, compress
            archive.writestr(info, data)
        if sums:
            archive.writestr("SHA256SUMS", lines)
    return path


def test_a_package_is_whole(tmp_path: Path) -> None:
    made = write_parcel(Parcel("a", "home/", {"train/1_a b/a.png": b"x", "README.txt": b"y", "log/": b""}), tmp_path)
    assert verify(made) == (3, [])


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["../climbs.png"], "climbs out"),
        (["a/../../b.png"], "climbs out"),
        (["/etc/passwd"], "outside its folder"),
        (["C:\\windows\\a.png"], "outside its folder"),
        (["train/CON.png"], "Windows keeps"),
        (["aux"], "Windows keeps"),
        (["a?.png"], "can't hold"),
        (["a.png."], "ends in a dot"),
        (["a/B.png", "a/b.PNG"], "capitals only"),
        (["caf\u00e9.png", "cafe\u0301.png"], "capitals only"),
        (["a.png\x1b[2J"], "can't hold"),
    ],
)
def test_names_that_do_harm(names: list[str], said: str, tmp_path: Path) -> None:
    _, faults = verify(write(tmp_path / "a.zip", dict.fromkeys(names, b"x")))
    assert any(said in fault for fault in faults), faults
    assert all(fault.isprintable() for fault in faults)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", b"1")
        archive.writestr("a.png", b"2")
    assert any("twice" in fault for fault in verify(tmp_path / "a.zip")[1])


def test_what_is_changed_missing_and_too_much(tmp_path: Path) -> None:
    files = {"a.png": b"a", "b.png": b"b"}
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.png", b"changed")
        archive.writestr("c.png", b"c")
        archive.writestr("SHA256SUMS", lines + "nonsense\n")
    _, faults = verify(tmp_path / "a.zip")
    told = "\n".join(faults)
    assert "a.png: was changed" in told and "c.png: not listed" in told and "b.png: missing" in told
    assert "no sum" in told and len(faults) == 4


def test_without_sums_nothing_is_vouched_for(tmp_path: Path) -> None:
    _, faults = verify(write(tmp_path / "a", {"a": b""}, sums=False))
    assert faults == ["SHA256SUMS: missing, so nothing can be compared"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {"a.png": b"A" * 100, "b.png": b"B" * 100})
    data = path.read_bytes()
    path.write_bytes(data.replace(b"A" * 100, b"A" * 99 + b"Z"))
    _, faults = verify(path)
    assert len(faults) == 1 and "a.png: is damaged" in faults[0]


def test_bombs_are_not_read(tmp_path: Path) -> None:
    honest = write(tmp_path / "a.zip", {"a.png": bytes(8 << 20)}, compress=zipfile.ZIP_DEFLATED)
    assert any("fill a disk" in fault for fault in verify(honest)[1])
    lying = bytearray(honest.read_bytes())
    size = struct.pack("<I", 8 << 20)
    while (at := lying.find(size)) >= 0:  # both headers say that it is small
        lying[at : at + 4] = struct.pack("<I", 1000)
    (tmp_path / "b.zip").write_bytes(lying)
    _, faults = verify(tmp_path / "b.zip")
    assert any("a.png" in fault for fault in faults)


def test_a_link_is_not_a_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        info = zipfile.ZipInfo("train/a.png")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert any("is a link" in fault for fault in verify(tmp_path / "a.zip")[1])


@pytest.mark.parametrize("content", [b"", b"not a ZIP", b"PK\x05\x06" + bytes(18) + b"tail" * 9, b"PK\x03\x04" * 40])
def test_no_zip_at_all(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    try:
        assert verify(tmp_path / "a.zip")[1]
    except InputError as error:
        assert "\n" not in str(error) and "a.zip" in str(error)


@settings(deadline=None, max_examples=150)
@given(at=st.floats(0, 1), byte=st.integers(0, 255))
def test_any_damage_ends_in_a_sentence(at: float, byte: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("zip")
    path = write(folder / "a.zip", {"a.png": b"A" * 50, "b/c.txt": b"words"}, compress=zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    data[int(at * (len(data) - 1))] = byte
    path.write_bytes(data)
    try:
        count, faults = verify(path)
        assert count >= 0 and all("\n" not in fault for fault in faults)
    except InputError as error:
        assert "\n" not in str(error)


def test_the_command_tells_and_returns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write_parcel(Parcel("good", "", {"a.png": b"x"}), tmp_path)
    bad = write(tmp_path / "bad.zip", {"../a.png": b"x"})
    assert main(["package", "--verify", str(good)]) == 0
    assert "whole and safe" in capsys.readouterr().out
    assert main(["package", "--verify", str(good), "--verify", str(bad)]) == 1
    assert "../a.png: climbs out of its folder" in capsys.readouterr().out
    assert main(["package", "--verify", str(tmp_path / "none.zip")]) == 2
    assert main(["package", "--verify", str(good), "--for", "kohya"]) == 2
    assert main(["package", str(tmp_path)]) == 2
    assert main(["package", "--for", "kohya"]) == 2


def test_a_stranger_cant_fill_the_screen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.zip", {f"../{number}": b"" for number in range(300)})
    _, faults = verify(path)
    assert len(faults) == 51 and "more faults" in faults[-1]


def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        verify(tmp_path)


def test_packages_have_names_for_every_system(tmp_path: Path, out: Callable[..., Path]) -> None:
    from modelsheet.dataset.build import build
    from modelsheet.dataset.packages import package
    from modelsheet.dataset.process import process

    place = out(class_word="old woman", source="own")
    process(place)
    build(place)
    files = package(place, ["kohya", "kohya-ss", "jupyter"]).files
    assert files and all(not verify(path)[1] for path in files)
