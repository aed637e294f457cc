# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: nothing that exists is rendered again, nothing half is ever taken for whole, nothing is lost."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modelsheet.common.files import PARTIAL, read_jsonl, sha256_bytes
from modelsheet.farm.ledger import Ledger
from modelsheet.plan.shots import Shot, takes

SETTINGS = ("front", "portrait", "neutral", "relaxed_arms", "neutral_studio", "white")


def shot(number: int, **changed: str) -> Shot:
    axes = ("angle", "framing", "expression", "pose", "lighting", "background")
    named = dict(zip(axes, SETTINGS, strict=True)) | changed
    return Shot(number, tuple(named[axis] for axis in axes))


def photograph(ledger: Ledger, limit: int | None = None) -> int:
    """Stand in for the renderer: a print's bytes are its key. Returns how many were made."""
    made = 0
    while (left := ledger.missing()) and (limit is None or made < limit):
        data = ledger.keys[left[0]].encode()
        ledger.path(left[0]).parent.mkdir(parents=True, exist_ok=True)
        ledger.path(left[0]).write_bytes(data)
        ledger.enter(left[0], {"size": [1, 1], "sha256": sha256_bytes(data)})
        made += 1
    return made


def opened(out: Path, keys: dict[Shot, str]) -> Ledger:
    ledger = Ledger(out, keys)
    ledger.open()
    return ledger


def test_a_second_run_finds_everything(tmp_path: Path) -> None:
    keys = {shot(1): "a" * 64, shot(2, expression="happy"): "b" * 64}
    assert photograph(opened(tmp_path, keys)) == 2
    assert opened(tmp_path, keys).missing() == []


def test_a_run_cut_off_goes_on_and_leaves_no_half_file(tmp_path: Path) -> None:
    keys = {shot(n, expression=name): str(n) * 64 for n, name in enumerate(("happy", "sad", "angry"), 1)}
    photograph(opened(tmp_path, keys), limit=2)
    half = tmp_path / "raw_generated" / f"0003_x{PARTIAL}99.png"
    half.write_bytes(b"half")
    assert photograph(opened(tmp_path, keys)) == 1
    assert not half.exists()


def test_a_damaged_print_is_made_again(tmp_path: Path) -> None:
    keys = {shot(1): "a" * 64}
    ledger = opened(tmp_path, keys)
    photograph(ledger)
    ledger.path(shot(1)).write_bytes(b"damaged")
    assert opened(tmp_path, keys).missing() == [shot(1)]


def test_shots_that_differ_in_background_share_a_print(tmp_path: Path) -> None:
    white, grey = shot(1), shot(2, background="neutral_grey")
    ledger = opened(tmp_path, {white: "a" * 64, grey: "a" * 64})
    assert photograph(ledger) == 1
    rows = read_jsonl(tmp_path / "raw_generated" / "shots.jsonl")
    assert [row["settings"]["background"] for row in rows] == ["white", "neutral_grey"]
    assert len(takes(ledger.keys)) == 1
    assert ledger.path(white).read_bytes() == ledger.path(grey).read_bytes()


@given(st.lists(st.integers(0, 6), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_changing_the_plan_back_and_forth_renders_each_key_once(
    tmp_path_factory: pytest.TempPathFactory, plans: list[int], dice: random.Random
) -> None:
    """Whatever plans follow one another in a folder, a key is photographed once, and each print is its key's."""
    out = tmp_path_factory.mktemp("out")
    made = 0
    seen: set[str] = set()
    for size in plans:
        chosen = dice.sample(range(8), size)
        keys = {shot(n, expression=f"e{n % 2}"): str(key) * 64 for n, key in enumerate(chosen, 1)}
        seen |= set(keys.values())
        ledger = opened(out, keys)
        made += photograph(ledger)
        for planned, key in keys.items():
            assert ledger.path(planned).read_bytes() == key.encode()
        present = {path.name for path in (out / "raw_generated").glob("*.png")}
        assert present == {ledger.path(planned).name for planned in keys}
    assert made == len(seen)
