# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet presets`: what there is to choose from, one's own among them."""

from __future__ import annotations

import argparse
import json

from ..common.errors import InputError
from ..console import Console
from ..plan.own import own_files
from ..plan.presets import Preset, list_presets, load_preset
from .words import Commands


def add(commands: Commands) -> None:
    """The words of the command."""
    commands.add("presets", run, "List the presets: the built-in ones, then your own.")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    presets, own = list_presets(), _own(console)
    if console.as_json:
        rows = [preset.to_json() for preset in presets]
        rows += [{**preset.to_json(), "name": name, "own": str(own_files()[name])} for name, preset in own.items()]
        console.say(json.dumps(rows, ensure_ascii=False))
        return 0
    named = [*((preset.name, preset) for preset in presets), *own.items()]
    width = max(len(name) for name, _preset in named)
    for name, preset in named:
        mark = "Your own: " if name in own else ""
        console.say(f"{name:<{width}}  {mark}{preset.title}. {preset.description}".rstrip())
    return 0


def _own(console: Console) -> dict[str, Preset]:
    """One's own presets by name; a broken one is told of and left out."""
    found = {}
    for name, path in own_files().items():
        try:
            found[name] = load_preset(str(path))
        except InputError as error:
            console.note(f"note: {error}")
    return found
