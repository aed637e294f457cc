# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet: every picture in its place, whatever their number, and none that stops it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from modelsheet.cli import main
from modelsheet.common.errors import WorkError
from modelsheet.dataset.contact_sheet import Cell, write_contact_sheet
from PIL import Image


def cells(folder: Path, count: int) -> list[Cell]:
    made = []
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGBA", (90, 120), (255, 0, 0, 255)).save(path)
        made.append(Cell(path, str(number), "happy, front, portrait " * 4))
    return made


@pytest.mark.parametrize("count", [1, 7, 40])
def test_every_picture_is_on_it(tmp_path: Path, count: int) -> None:
    path = write_contact_sheet(cells(tmp_path, count), tmp_path / "new" / "sheet.jpg", side=64)
    with Image.open(path) as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    red = int(((pixels[..., 0] > 200) & (pixels[..., 1] < 60)).sum())
    assert red == pytest.approx(count * 48 * 64, rel=0.1)


def test_pictures_that_can_not_be_read_leave_a_gap(tmp_path: Path) -> None:
    rows = cells(tmp_path, 3)
    rows[1].path.write_bytes(b"no picture")
    rows[2].path.unlink()
    assert write_contact_sheet(rows, tmp_path / "sheet.jpg").is_file()
    assert write_contact_sheet([], tmp_path / "none.jpg").is_file()
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkError):
        write_contact_sheet(rows, tmp_path / "file" / "sheet.jpg")


def test_hundreds_fit_on_one_sheet(tmp_path: Path) -> None:
    rows = cells(tmp_path, 1) * 400
    with Image.open(write_contact_sheet(rows, tmp_path / "sheet.jpg")) as sheet:
        assert max(sheet.size) <= 8000


def test_the_command_wants_a_jpeg(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["render", "sitter", "--out", str(tmp_path / "out"), "--sheet", str(tmp_path / "sheet.png")]
    assert main(words) == 2
    assert "End its name in .jpg" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
