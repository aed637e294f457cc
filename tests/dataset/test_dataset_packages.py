# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages: complete, flat where they must be, and the same every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError, WorkError
from modelsheet.dataset.build import build
from modelsheet.dataset.described import Described
from modelsheet.dataset.packages import check_trainer, kohya, package, trainers
from modelsheet.dataset.process import process
from PIL import Image


def packed(place: Path) -> list[Path]:
    process(place)
    build(place)
    return package(place, "kohya")


def test_both_zips_hold_what_they_should(out: Callable[..., Path]) -> None:
    place = out()
    training, upload = packed(place)
    assert (
        training == place / "packages" / "mara_syn_kohya.zip" and upload == place / "packages" / "mara_syn_upload.zip"
    )
    final = place / "final_dataset"
    with zipfile.ZipFile(training) as archive:
        assert archive.testzip() is None
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert inside == {
        f"mara_syn/{p.relative_to(final).as_posix()}": p.read_bytes() for p in final.rglob("*") if p.is_file()
    }
    with zipfile.ZipFile(upload) as archive:
        names = archive.namelist()
        assert archive.read("mara-syn_0001.txt").startswith(b"mara_syn, ")
    assert names == sorted(f"mara-syn_{number:04d}{suffix}" for number in range(1, 6) for suffix in (".png", ".txt"))


def test_packing_again_gives_the_same_bytes(out: Callable[..., Path]) -> None:
    place = out()
    before = [path.read_bytes() for path in packed(place)]
    (place / "final_dataset" / "stranger.txt").write_text("not ours")
    assert [path.read_bytes() for path in package(place, "KOHYA")] == before


def test_entries_are_stored_with_a_fixed_date(out: Callable[..., Path]) -> None:
    for path in packed(out()):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                assert info.compress_type == zipfile.ZIP_STORED and info.date_time == (1980, 1, 1, 0, 0, 0)
                assert info.create_system == 3 and not info.filename.startswith(("/", "."))


def test_an_unknown_trainer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="kohya"):
        check_trainer("nonesuch")
    assert "kohya" in trainers()
    for module in trainers().values():
        assert module.TITLE and callable(module.configs) and callable(module.pack)


def test_nothing_to_pack_is_told(out: Callable[..., Path]) -> None:
    with pytest.raises(WorkError):
        package(out(), "kohya")


def test_a_picture_too_large_for_upload_pages_is_made_to_fit() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2400, 1800, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG", compress_level=0)
    suffix, data = kohya._uploadable(stream.getvalue())
    with Image.open(io.BytesIO(data)) as made:
        assert max(made.size) <= 2048 and len(data) < 10_000_000
        assert {"PNG": ".png", "JPEG": ".jpg"}[made.format or ""] == suffix


@settings(deadline=None, max_examples=15)
@given(count=st.integers(1, 1700))
def test_uploads_are_split_at_what_pages_take(count: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (8, 8)).save(stream, "PNG")
    dataset: Any = SimpleNamespace(
        files=list,
        pairs=lambda: [(f"train/1_a b/a_{n:04d}.png", f"train/1_a b/a_{n:04d}.txt") for n in range(count)],
        read=lambda path: stream.getvalue() if path.endswith(".png") else b"a\n",
    )
    described = Described("a_syn", "b", 1, "tags", count, 512)
    _, *uploads = kohya.pack(described, dataset, tmp_path_factory.mktemp("packages"))
    names = []
    for path in uploads:
        with zipfile.ZipFile(path) as archive:
            assert 0 < len(archive.namelist()) <= 1000
            names += archive.namelist()
    assert len(names) == len(set(names)) == 2 * count
    assert not any("/" in name for name in names)
