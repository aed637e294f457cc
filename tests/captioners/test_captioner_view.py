# SPDX-License-Identifier: GPL-3.0-or-later
"""What a captioner is shown, and how pictures go through it in batches, without a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from captioners.sets import make_print
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.captioners.child.batches import through
from modelsheet.captioners.child.families.family import Said
from modelsheet.captioners.child.view import view
from modelsheet.common.errors import InputError, WorkError
from PIL import Image

UNDER = (188, 188, 188)


def shown(path: Path, side: int = 512, **more: Any) -> np.ndarray:
    return np.asarray(view({"path": str(path), "crop": None, "of": None, **more}, side, UNDER))


def test_the_subject_stands_on_the_neutral_colour_whatever_lies_hidden(tmp_path: Path) -> None:
    seen = []
    for hidden in (0, 255):
        path = tmp_path / f"{hidden}.png"
        make_print((220, 30, 30), hidden=hidden).save(path)
        seen.append(shown(path, 32))
    assert np.array_equal(*seen)
    assert tuple(seen[0][0, 0]) == UNDER
    assert tuple(seen[0][16, 12]) == (220, 30, 30)
    assert seen[0].shape == (32, 24, 3)


def test_half_an_alpha_is_half_of_each(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (0, 0, 0, 128)).save(tmp_path / "a.png")
    assert abs(int(shown(tmp_path / "a.png")[1, 1, 0]) - 94) <= 1


@pytest.mark.parametrize("size", [(48, 64), (96, 128)])
def test_the_crop_is_of_the_picture_that_the_row_states(tmp_path: Path, size: tuple[int, int]) -> None:
    """Though the file may have another size."""
    make_print((220, 30, 30), size).save(tmp_path / "a.png")
    part = shown(tmp_path / "a.png", crop=[12, 16, 36, 48], of=[48, 64])
    assert part.shape == (size[1] // 2, size[0] // 2, 3)
    assert (part == (220, 30, 30)).all()


def test_an_opaque_picture_is_shown_as_it_is(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (1, 2, 3)).save(tmp_path / "a.png")
    assert tuple(shown(tmp_path / "a.png")[0, 0]) == (1, 2, 3)


@given(st.tuples(*[st.integers(-3, 90)] * 4), st.integers(1, 80))
@settings(max_examples=40)
def test_any_crop_gives_a_picture_within_bounds(
    tmp_path_factory: pytest.TempPathFactory, crop: tuple[int, int, int, int], side: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "crop.png"
    if not path.exists():
        make_print((1, 2, 3)).save(path)
    left, top, right, bottom = crop
    box = [max(0, left), max(0, top), max(left, right), max(top, bottom)]
    picture = shown(path, side, crop=box, of=[48, 64])
    assert 1 <= max(picture.shape[:2]) <= max(side, 1)


class Numbers:
    """A family that says which pictures it was given, and that memory holds so many of."""

    def __init__(self, holds: int) -> None:
        self.holds = holds
        self.batches: list[int] = []

    def prepare(self, pictures: list[Image.Image]) -> list[int]:
        return [picture.width for picture in pictures]

    def speak(self, prepared: list[int]) -> list[Said]:
        if len(prepared) > self.holds:
            raise MemoryError
        self.batches.append(len(prepared))
        return [Said(str(number)) for number in prepared]


def told(family: Any, count: int, size: int, damaged: tuple[int, ...] = ()) -> list[dict[str, Any]]:
    pictures = [{"id": f"p{number}", "width": number + 1} for number in range(count)]

    def look(picture: dict[str, Any]) -> Image.Image:
        if picture["width"] - 1 in damaged:
            raise InputError("damaged")
        return Image.new("RGB", (picture["width"], 1))

    def is_memory_error(error: BaseException) -> bool:
        return isinstance(error, MemoryError)

    return list(through(family, pictures, size, look, is_memory_error, lambda: None))


@given(st.integers(0, 20), st.integers(1, 9), st.integers(1, 9))
def test_every_picture_is_said_once_in_order_whatever_memory_holds(count: int, size: int, holds: int) -> None:
    family = Numbers(holds)
    said = [event for event in told(family, count, size) if event["event"] == "said"]
    assert [event["id"] for event in said] == [f"p{number}" for number in range(count)]
    assert [event["text"] for event in said] == [str(number + 1) for number in range(count)]
    assert all(batch <= min(size, holds) for batch in family.batches)


def test_a_batch_too_large_is_halved_and_stays_so() -> None:
    family = Numbers(3)
    events = told(family, 10, 8)
    assert [event["batch"] for event in events if event["event"] == "halved"] == [4, 2]
    assert family.batches == [2] * 5


def test_not_even_one_picture_fits() -> None:
    with pytest.raises(WorkError, match="not memory enough"):
        told(Numbers(0), 3, 4)


def test_a_damaged_picture_costs_only_itself() -> None:
    events = told(Numbers(9), 5, 2, damaged=(1, 2, 3))
    assert [event["id"] for event in events if event["event"] == "unread"] == ["p1", "p2", "p3"]
    assert [event["id"] for event in events if event["event"] == "said"] == ["p0", "p4"]


class Picky(Numbers):
    """Fails on pictures of some widths."""

    def __init__(self, *hated: int) -> None:
        super().__init__(99)
        self.hated = hated

    def speak(self, prepared: list[int]) -> list[Said]:
        if set(prepared) & set(self.hated):
            raise ValueError("odd\nshape")
        return super().speak(prepared)


def test_a_picture_on_which_the_library_fails_costs_only_itself() -> None:
    family = Picky(2)
    events = told(family, 9, 4)
    assert [event["id"] for event in events if event["event"] == "said"] == [f"p{n}" for n in range(9) if n != 1]
    (fault,) = (event for event in events if event["event"] == "unread")
    assert fault == {"event": "unread", "id": "p1", "message": "the model failed on it (ValueError: odd shape)."}
    assert family.batches == [1, 1, 1, 4, 1]


def test_a_library_that_always_fails_is_not_the_pictures_fault() -> None:
    with pytest.raises(ValueError, match="odd"):
        told(Picky(*range(20)), 9, 4)
