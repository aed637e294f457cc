# SPDX-License-Identifier: GPL-3.0-or-later
"""Rights as the command line has them: refused before the work or told after it, noted, shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from modelsheet.cli import main

Make = Callable[..., Path]
REASON = "The shop allowed it in writing."


@pytest.mark.parametrize(
    "words",
    [
        ["--source", "metahuman", "--purpose", "publish"],
        ["--source", "metahuman", "--for", "civitai"],
        ["--purpose", "publish"],
        ["--source", "nonesuch"],
        ["--reason", "ok"],
        ["--purpose", "sell"],
    ],
)
def test_make_refuses_before_anything_is_begun(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["make", str(tmp_path / "a.glb"), "--trigger", "a_syn", "--out", str(out), *words]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("modelsheet: ") and "\n" not in said and "a.glb" not in said
    assert not out.exists()


def test_package_notes_what_is_declared_and_writes_the_report_before_it_refuses(
    out: Make, facts: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    place = out(facts=facts(licence=None))
    assert main(["package", str(place), "--for", "civitai", "--source", "Daz 3D"]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert "--reason" in said and "not legal advice" in said and "Daz 3D" in said
    assert "Daz 3D" in (place / "report.html").read_text(encoding="utf-8")
    assert main(["package", str(place), "--for", "civitai", "--reason", REASON]) == 0
    job = yaml.safe_load((place / "job.yaml").read_text(encoding="utf-8"))
    assert (job["source"], job["purpose"], job["reason"]) == ("daz", "private", REASON)
    manifest = json.loads((place / "final_dataset" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rights"]["declared"]["reason"] == REASON
    assert REASON in (place / "final_dataset" / "README.md").read_text(encoding="utf-8")
    assert list((place / "packages").glob("*civitai*.zip")) and REASON in capsys.readouterr().err


def test_all_leaves_out_what_must_not_be_published_and_says_so(
    out: Make, facts: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    place = out(facts=facts(licence=None))
    assert main(["package", str(place), "--for", "all"]) == 0
    said = capsys.readouterr().err
    assert "civitai: not made" in said and "huggingface: not made" in said and "For your own use only" in said
    names = [path.name for path in (place / "packages").glob("*.zip")]
    assert any("kohya" in name for name in names) and not any("civitai" in name for name in names)


def test_the_report_explains_the_rendered_set_and_the_rights(out: Make, facts: Callable[..., Any]) -> None:
    place = out(facts=facts(licence=None))
    assert main(["package", str(place), "--for", "kohya", "--source", "own"]) == 0
    text = (place / "report.html").read_text(encoding="utf-8")
    for words in ("A rendered set", "“3d render”", "5 masks", "Rights", "your own work", "not legal advice"):
        assert words in text
