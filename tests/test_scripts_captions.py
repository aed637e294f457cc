# SPDX-License-Identifier: GPL-3.0-or-later
"""The measure of captions: truth and the grounded join say nothing false and name every setting that varies."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from modelsheet.dataset.caption_options import CaptionOptions
from modelsheet.dataset.captioned import joined

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
import benchmark_captions


@pytest.fixture(scope="module")
def figures() -> list[benchmark_captions.Figure]:
    """Of one plan, in every wording."""
    rows, facts = benchmark_captions.planned("lora_40")
    return benchmark_captions.measure(rows, facts)


def test_truth_and_the_join_say_nothing_false_and_leave_nothing_out(figures: list[benchmark_captions.Figure]) -> None:
    ours = [figure for figure in figures if not figure.who.startswith("raw")]
    assert {figure.who for figure in ours} == {"truth", *(f"joined: {name}" for name in _models(figures))}
    for figure in ours:
        assert figure.false == 0 and figure.mentioned == 1, (figure.who, figure.style, figure.examples[:3])


def test_the_join_is_no_empty_one(figures: list[benchmark_captions.Figure]) -> None:
    kept = [figure.kept for figure in figures if figure.kept is not None]
    assert len(kept) == 18 and min(kept) > 0.8


def test_the_stand_ins_do_lie(figures: list[benchmark_captions.Figure]) -> None:
    raw = [figure for figure in figures if figure.who.startswith("raw")]
    assert len(raw) == 9 and all(figure.false > 0.5 and figure.mentioned < 0.7 for figure in raw)


def test_the_judge_finds_what_is_false() -> None:
    """Captions of other pictures are false of these."""
    rows, facts = benchmark_captions.planned("lora_40")
    made = joined(rows, facts, CaptionOptions("mara_syn", style="natural"), None)
    ids = [row["id"] for row in rows]
    moved = dict(zip(ids, [made.pictures[name] for name in ids[7:] + ids[:7]], strict=True))
    figure = benchmark_captions._figure("moved", "natural", rows, type(made)(moved), None)
    assert figure.false > 0.9 and figure.mentioned < 0.6


def test_truth_captions_of_a_thousand_pictures_take_no_time() -> None:
    rows, facts = benchmark_captions.planned("lora_40", many=25)
    begun = time.process_time()
    assert len(joined(rows, facts, CaptionOptions("mara_syn"), None).pictures) == 1000
    assert time.process_time() - begun < 2


def _models(figures: list[benchmark_captions.Figure]) -> set[str]:
    return {figure.who.removeprefix("raw: ") for figure in figures if figure.who.startswith("raw")}
