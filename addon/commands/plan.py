# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet plan`: what would be photographed, and its coverage."""

from __future__ import annotations

import argparse
import json

from .. import job
from ..console import Console
from ..plan.facts import CharacterFacts
from ..plan.planner import make_plan
from ..plan.presets import load_preset
from ..plan.table import plan_json, plan_table
from ..plan.vary import vary
from .words import Commands, add_plan, axes, file, prints_per_take


def add(commands: Commands) -> None:
    """The words of the command."""
    plan = commands.add("plan", run, "Say what would be photographed, and its coverage, without rendering.")
    plan.add_argument("preset", metavar="PRESET", help="a name from `modelsheet presets`, or a YAML file")
    plan.add_argument("--character", dest="file", metavar="FILE", help="plan for this character")
    add_plan(plan)


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    preset = vary(load_preset(given.preset), axes(given), prints_per_take(given), given.budget)
    facts = CharacterFacts.from_json(job.inspect(file(given.file), {}, {})["facts"]) if given.file else None
    plan = make_plan(preset, facts, given.seed, given.budget)
    console.say(json.dumps(plan_json(plan), ensure_ascii=False) if console.as_json else plan_table(plan))
    return 0
