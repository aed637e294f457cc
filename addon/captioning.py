# SPDX-License-Identifier: GPL-3.0-or-later
"""Having a captioning model look at the pictures of a set, before its words are joined with the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .captioners import run as captioners
from .captioners.options import Options
from .common.errors import InputError
from .common.lock import alone_in
from .dataset.caption_options import TRUTH
from .request import Request

Tell = Callable[[dict[str, Any]], None]

#: What job.yaml keeps of a captioner's options, and as what.
KEPT: dict[str, type] = {"model": str, "device": str, "dtype": str, "batch": int}


def check_captioner(request: Request, online: bool = False) -> None:
    """Complain of a captioner that is not known, or can't run here, before anything is begun; with `online`, weights
    that are not here yet are no fault. Raises InputError."""
    if request.captioner != TRUTH:
        captioners.check_ready(request.captioner, _options(request.captioner_options, online))


def look(out: Path, request: Request, tell: Tell, online: bool) -> None:
    """Have the captioner of a request say what it sees in the pictures of OUT, where it has not yet; with `truth`
    nothing is done. online: a yes to downloading its weights. Raises InputError and WorkError."""
    if request.captioner == TRUTH:
        return
    with alone_in(out):
        captioners.caption_pictures(out, request.captioner, _options(request.captioner_options, online), tell)


def with_captioner(request: Request, asked: Mapping[str, Any]) -> Request:
    """A request with another captioner, or other options for it; options go with the captioner they were given for."""
    name = asked.get("captioner", request.captioner)
    before = request.captioner_options if name == request.captioner else {}
    options = {**before, **asked.get("captioner_options", {})}
    return Request(**{**asdict(request), "captioner": name, "captioner_options": options})


def _options(given: Mapping[str, Any], online: bool) -> Options:
    """From what a job states. A folder of somebody else's names no program to run: only KEPT are taken from it."""
    for name, value in given.items():
        kind = KEPT.get(name)
        if kind is None or not isinstance(value, kind):
            raise InputError(f"captioner_options: {name}: {value!r} in job.yaml can't be. Take the line out.")
    return Options(**given, online=online)
