# SPDX-License-Identifier: GPL-3.0-or-later
"""How the buttons begin something: the scene's copy where it is the source, the words, the child, and what is refused.

Everything that starts a command of ours from the sidebar goes through here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy

from ..common.errors import InputError
from ..request import JOB_FILE
from . import remember
from .looked import in_panel
from .remember import Job
from .runner import Runner
from .scene_copy import FOLDER, SceneCopy, discard, session_folder, take_copy

#: A command's words, from the copy of the open scene where that is the source.
Words = Callable[[SceneCopy | None], Sequence[str]]

#: What tells who in a scene is meant: these words stay with a copy.
WHO = ("--scene=", "--character=")


def begin(
    operator: bpy.types.Operator, context: bpy.types.Context, runner: Runner, words: Words, told: str
) -> set[Any]:
    """Start a command that leaves nothing behind (a look, a preview); what an operator's execute() returns.

    What can't be begun stands in the status bar and in the panel.
    """
    settings = context.scene.modelsheet
    try:
        copy = take_copy(context, session_folder()) if settings.source == "scene" else None
        runner.start(words(copy), told, subject=settings.picked(), standing=standing(context))
    except (InputError, OSError) as error:
        return refuse(operator, runner, error, operator.bl_idname)
    return {"FINISHED"}


def begin_job(operator: bpy.types.Operator, context: bpy.types.Context, runner: Runner) -> set[Any]:
    """Start the job that the panel describes, in its output folder; it is remembered there.

    A folder that holds a set of an open scene goes on with the scene as it was then: its pictures fit no other.
    """
    settings = context.scene.modelsheet
    copied = None
    try:
        settings.arguments()  # complains of a wrong pick before anything is written
        out = settings.folder()
        copy = kept_copy(out)
        if settings.source == "scene" and copy is None:
            if (out / JOB_FILE).is_file():
                raise InputError(f"{out}: holds the set of another character. Choose another output folder.")
            copy = copied = take_copy(context, out / FOLDER)
        words = settings.arguments(copy if settings.source == "scene" else None)
        job = Job(out, tuple(words), bpy.data.filepath, time.time())
        runner.start(words, subject=settings.picked(), standing=standing(context), job=job)
    except (InputError, OSError) as error:
        if copied is not None:
            discard(copied.path.parent.parent)
        return refuse(operator, runner, error)
    return {"FINISHED"}


def resume(operator: bpy.types.Operator, runner: Runner, job: Job) -> set[Any]:
    """Go on with a job as it was begun."""
    try:
        runner.start(words_now(job), "Going on …", subject="", job=replace(job, state="running"))
    except OSError as error:
        return refuse(operator, runner, error)
    return {"FINISHED"}


def refuse(operator: bpy.types.Operator, runner: Runner, error: Exception, verb: str = "") -> set[Any]:
    """Say why not, in the status bar and in the panel. verb: whose panel, see Progress."""
    words = in_panel(str(error))
    if not runner.progress.busy:
        runner.refuse(words, verb)
    operator.report({"ERROR"}, words)
    return {"CANCELLED"}


def kept_copy(out: Path) -> SceneCopy | None:
    """The copy of a scene whose pictures a folder holds, with who is meant in it."""
    job = remember.read(out)
    if job is None or len(job.words) < 2 or not (out / JOB_FILE).is_file():
        return None
    path = out / FOLDER / Path(job.words[1]).name
    if Path(job.words[1]).parent.name != FOLDER or not path.is_file():
        return None
    return SceneCopy(path, tuple(word for word in job.words if word.startswith(WHO)))


def words_now(job: Job) -> list[str]:
    """A job's words, with the places as they are now: its folder may have been moved."""
    words = list(job.words)
    for number, word in enumerate(words):
        if number and words[number - 1] == "--out":
            words[number] = str(job.out)
        elif number == 1 and Path(word).parent.name == FOLDER:
            words[number] = str(job.out / FOLDER / Path(word).name)
    return words


def standing(context: bpy.types.Context) -> dict[str, tuple[float, ...]]:
    """Where meshes and armatures of the scene stand now."""
    return {
        obj.name: tuple(number for row in obj.matrix_world for number in row)
        for obj in context.scene.objects
        if obj.type in {"MESH", "ARMATURE"}
    }
