# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of a job, as data, and its form on disk: OUT/job.yaml, enough to make the set again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from .common.errors import InputError, ModelsheetError
from .common.files import describe_os_error, write_text
from .common.version import VERSION
from .dataset.caption_options import TRUTH
from .dataset.caption_style import chosen_style
from .dataset.layout import read_job
from .dataset.output import AS_IS

JOB_FILE = "job.yaml"
DEFAULT_PRESET = "lora_40"


@dataclass(frozen=True)
class Request:
    """One job. `file` is a path, or "sitter"; None stands for "as the preset or the engine has it"."""

    file: str
    preset: str = DEFAULT_PRESET
    seed: int | None = None
    budget: int | None = None
    axes: dict[str, dict[str, int | float]] = field(default_factory=dict)
    prints_per_take: int | None = None
    trigger: str | None = None
    class_word: str | None = None
    style: str | None = None
    age: str | None = None
    ethnicity: str | None = None
    style_notes: str | None = None
    identity: bool = False
    parts: str | None = None
    template: str | None = None
    captioner: str = TRUTH
    captioner_options: dict[str, Any] = field(default_factory=dict)
    resolution: int = 1024
    samples: int | None = None
    engine: str = "cycles"
    device: str = "auto"
    negatives: bool = True
    repeats: int | None = None
    trainers: tuple[str, ...] = ("kohya",)
    sitter: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, str | None] = field(default_factory=dict)
    background_folder: str | None = None
    base: str | None = None
    size: str | int = AS_IS
    shape: str = "whole"
    format: str = "png"
    source: str | None = None
    purpose: str = "private"
    reason: str | None = None

    @property
    def is_sitter(self) -> bool:
        """Whether the built-in character is asked for."""
        return self.file == "sitter"


def write_job(out: Path, request: Request, found: dict[str, Any]) -> None:
    """Write job.yaml: the request, then what it was resolved to (`found`)."""
    asked = asdict(request)
    asked["for"] = list(asked.pop("trainers"))
    found = {**found, "captions": chosen_style({**asked, **found}).to_json()}
    text = yaml.safe_dump({"modelsheet": VERSION, **asked, **found}, sort_keys=False, allow_unicode=True, width=100)
    write_text(out / JOB_FILE, text)


def request_of(job: dict[str, Any]) -> Request:
    """The request that a job.yaml states."""
    known = {entry.name for entry in fields(Request)}
    asked = {key: value for key, value in job.items() if key in known}
    return Request(**asked, trainers=tuple(job.get("for", ())))


def check_out(out: Path, request: Request, sha256: str) -> None:
    """Refuse a folder that is not ours to write in, before anything is begun.

    Raises InputError for a folder that can't be made or written, holds other files, or another character's set.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".modelsheet-write-test"
        probe.write_bytes(b"")
        probe.unlink()
        entries = [entry.name for entry in out.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise InputError(describe_os_error(out, error)) from error
    if not entries:
        return
    if JOB_FILE not in entries:
        raise InputError(f"{out}: holds other files. Give --out a new or an empty folder.")
    job = read_job(out)
    if (job.get("sha256"), job.get("sitter")) != (sha256, request.sitter):
        raise InputError(f"{out}: holds the set of another character ({job.get('file')}). Give --out another folder.")


def check_picture(path: Path) -> None:
    """Refuse a place where no PNG can be written, before Blender is started. Raises InputError."""
    if path.suffix.lower() != ".png":
        raise InputError(f"--picture {path}: the picture is a PNG. End its name in .png.")
    if path.is_dir():
        raise InputError(f"--picture {path}: a folder. Give the picture a name inside it.")
    if not path.parent.is_dir():
        raise InputError(f"--picture {path}: there is no folder {path.parent}. Make it, or choose another.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InputError(f"--picture {path}: can't be written. Choose another place, or change its permissions.")


@contextmanager
def unless_begun(out: Path) -> Iterator[None]:
    """Around what may turn out unusable before anything was written: takes the folder away again if it is empty."""
    try:
        yield
    except ModelsheetError:
        with suppress(OSError):  # not empty: an earlier run's
            out.rmdir()
        raise
