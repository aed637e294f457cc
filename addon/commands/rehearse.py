# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet rehearse`: the planned shots as a Blender scene to look through, without rendering."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..console import Console
from ..rehearsal import STAGE, rehearse
from ..request import DEFAULT_PRESET, Request
from .words import Commands, add_character, add_plan, axes, file, overrides, prints_per_take, sitter


def add(commands: Commands) -> None:
    """The words of the command."""
    words = commands.add("rehearse", run, "Pose, light and frame every planned shot in a .blend, without rendering.")
    add_character(words)
    words.add_argument("--preset", default=DEFAULT_PRESET, help=f"a preset's name or YAML file ({DEFAULT_PRESET})")
    words.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    add_plan(words)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    request = Request(
        file=file(given.file),
        preset=given.preset,
        seed=given.seed,
        budget=given.budget,
        axes=axes(given),
        prints_per_take=prints_per_take(given),
        sitter=sitter(given),
        overrides=overrides(given),
    )
    out = given.out.absolute()
    failed = rehearse(request, out, console.tell)
    if not console.as_json:
        console.say(f"The character stands in {out / STAGE}; each shot's numbers lie beside it.")
    return 1 if failed else 0
