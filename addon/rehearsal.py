# SPDX-License-Identifier: GPL-3.0-or-later
"""The planned shots as something to look through in Blender: the character in a .blend, and how it stands for each.

The sidebar shows them in the viewport before anything is rendered (ui/shot_preview.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .common.errors import InputError, WorkError
from .common.files import write_json
from .farm.session import Session
from .photography import preset_of, subject_hash
from .plan.facts import CharacterFacts
from .plan.planner import make_plan
from .request import Request
from .sidecar import corrections

Event = dict[str, Any]
Tell = Callable[[Event], None]

STAGE, PLAN = "stage.blend", "shots.json"


def stand_file(out: Path, number: int) -> Path:
    """Where it is written how all stands for a shot."""
    return out / f"{number:04d}.json"


def rehearse(request: Request, out: Path, tell: Tell) -> int:
    """Write OUT/stage.blend, then OUT/shots.json (the plan), then a file for each shot; how many could not be.

    Raises InputError for what can't be used.
    """
    subject_hash(request.file, request.sitter)
    preset = preset_of(request)
    known = corrections(request.file, request.overrides)
    if out.is_dir() and any(entry.name not in (STAGE, PLAN) and not entry.stem.isdigit() for entry in out.iterdir()):
        raise InputError(f"{out}: holds other files. Give --out a new or an empty folder.")
    with Session(request.file, known.values, request.sitter) as session:
        tell({"event": "stage", "stage": "character"})
        loaded = session.character()
        tell({"event": "found", **{key: loaded[key] for key in ("facts", "warnings", "parts", "handles")}})
        plan = make_plan(preset, CharacterFacts.from_json(loaded["facts"]), request.seed, request.budget)
        for old in out.glob("*.json") if out.is_dir() else ():
            old.unlink()
        session.worker.stage(str(out / STAGE))
        write_json(out / PLAN, plan.to_json())
        tell({"event": "staged", "out": str(out), "total": len(plan.shots)})
        failed, size = 0, (request.resolution, request.resolution)
        for done, shot in enumerate(plan.shots, 1):
            try:
                session.worker.stand(shot.to_json(), size, str(stand_file(out, shot.number)))
                tell({"event": "stood", "number": shot.number, "done": done, "total": len(plan.shots)})
            except WorkError as error:
                if error.fatal or not session.running:
                    raise
                failed += 1
                tell({"event": "failed", "ids": [shot.id], "message": str(error)})
    return failed
