# SPDX-License-Identifier: GPL-3.0-or-later
"""Test prompts and the regularisation list: the guide's, in every form, and nowhere that is trained on."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from modelsheet.dataset.build import build
from modelsheet.dataset.described import Described
from modelsheet.dataset.process import process
from modelsheet.dataset.prompts import groups, prompt_files, regularisation, trial_prompts

CAPTIONS = {
    "tags": "mara_syn, woman, neutral expression, front view, 3d render",
    "natural": "mara_syn, a woman, is shown in a portrait, seen from the front. Style: 3D render.",
    "danbooru": "mara_syn, 1girl, solo, expressionless, 3d",
    "trigger": "mara_syn",
}


def described(style: str = "tags", resolution: int = 1024) -> Described:
    return Described("mara_syn", "woman", 10, style, 40, resolution)


@pytest.mark.parametrize("style", CAPTIONS)
def test_the_guides_prompts_are_there_with_trigger_and_class(style: str) -> None:
    prompts = trial_prompts(described(style), [CAPTIONS[style]] * 3)
    counted = {name: sum(one.group == name for one in prompts) for name in groups()}
    assert counted["consistency"] == counted["flexibility"] == counted["context"] == 4 and counted["control"] == 2
    for one in prompts:
        assert ("mara_syn" in one.text) == (one.group != "control"), "only those that test the class lack the trigger"
        assert "woman" in one.text or "1girl" in one.text
        assert "{" not in one.text and one.look and one.width % 64 == one.height % 64 == 0
    assert counted["renderer"] == (1 if style == "trigger" else 2), "the medium is asked for where captions name it"
    assert len({one.id for one in prompts}) == len({one.text for one in prompts}) == len(prompts)


def test_sd_scripts_form_is_one_prompt_a_line_with_options() -> None:
    text = prompt_files(described(resolution=768), [CAPTIONS["tags"]])["prompts/sample_prompts.txt"]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) == 16
    for line in lines:
        prompt, *options = line.split(" --")
        said = dict(option.split(" ", 1) for option in options)
        assert (
            prompt and set(said) == {"n", "w", "h", "d", "l", "s"} and int(said["w"]) <= 768 and int(said["h"]) <= 960
        )


def test_a1111_form_is_read_as_a_command_line() -> None:
    files = prompt_files(described(), [CAPTIONS["tags"]])
    for line in files["prompts/a1111.txt"].splitlines():
        words = shlex.split(line)
        assert words[0] == "--prompt" and words[1].startswith("<lora:mara_syn:1> ") and words[2] == "--negative_prompt"
        assert not re.search(r"[()\[\]]", words[1]), "brackets would be weights"
    assert files["prompts/comfyui.txt"].count("positive: ") == files["prompts/comfyui.txt"].count("negative: ") == 16
    assert len(files["prompts/prompts.txt"].splitlines()) == 16


@pytest.mark.parametrize("style", CAPTIONS)
def test_regularisation_speaks_of_the_class_only(style: str) -> None:
    lines = regularisation(described(style), [CAPTIONS[style]] * 5)
    assert len(lines) == len(set(lines)) >= 2
    for line in lines:
        assert "mara_syn" not in line and "3d" not in line.lower() and ("woman" in line or "1girl" in line)


def test_they_lie_beside_what_is_trained(out: Callable[..., Path]) -> None:
    place = out()
    process(place)
    final = build(place)
    rows = [json.loads(line) for line in (final / "prompts" / "prompts.jsonl").read_text().splitlines()]
    assert rows[0]["text"].startswith("mara_syn, woman") and rows[0]["expects"] == "likeness"
    assert not list((final / "train").rglob("*prompt*"))
    manifest = json.loads((final / "manifest.json").read_text())
    assert {f"prompts/{name}" for name in ("prompts.txt", "a1111.txt", "regularisation.txt")} <= set(manifest["files"])
