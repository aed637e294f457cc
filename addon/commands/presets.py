# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet presets`: what there is to choose from."""

from __future__ import annotations

import argparse
import json

from ..console import Console
from ..plan.presets import list_presets
from .words import Commands


def add(commands: Commands) -> None:
    """The words of the command."""
    commands.add("presets", run, "List the presets.")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    presets = list_presets()
    if console.as_json:
        console.say(json.dumps([preset.to_json() for preset in presets], ensure_ascii=False))
        return 0
    width = max(len(preset.name) for preset in presets)
    for preset in presets:
        console.say(f"{preset.name:<{width}}  {preset.title}. {preset.description}")
    return 0
