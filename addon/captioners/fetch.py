# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights from the hub, after a yes: into the hub's own cache, where other programs find them too."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ..common import online
from ..common.errors import InputError
from ..common.events import Event
from .child_process import Child, command
from .environment import Standing
from .options import SILENT, STUCK
from .table import Captioner
from .weights import Place, check_model, place_of, wanted_files

Tell = Callable[[Event], None]

#: Of a download's size, what its disk must have free.
_SPARE = 1.05


@dataclass(frozen=True)
class Parcel:
    """What is to be fetched: files of a repository at a commit, and their size in bytes."""

    place: Place
    files: tuple[str, ...]
    size: int


def is_there(captioner: Captioner, asked: str | None = None) -> bool:
    """Whether the weights of a captioner are on this computer and may be loaded."""
    try:
        check_model(captioner, place_of(captioner, asked))
    except InputError:
        return False
    return True


def look_up(captioner: Captioner, place: Place, standing: Standing) -> Parcel:
    """What fetching a model would come to, asked of the hub. Raises InputError where it is not allowed or of no use,
    WorkError where the hub can't be reached."""
    if place.hub is None or not re.fullmatch(r"[0-9a-f]{40}", place.revision):
        raise InputError(f"{place.name}: a folder, not on the hub. Copy the model there.")
    online.check(f"The weights of {captioner.name}")
    with Child(command(standing.python), SILENT, STUCK, online=True) as child:
        for event in child.ask({"do": "list", "repo": place.hub, "revision": place.revision}):
            sizes = {str(entry["name"]): int(entry["size"]) for entry in event["files"]}
            files = wanted_files(replace(captioner, hub=place.hub), sizes)
            return Parcel(place, tuple(files), sum(sizes[name] for name in files))
    raise InputError(f"{place.hub}: the hub says nothing of it. Check the name.")


def fetch(captioner: Captioner, parcel: Parcel, standing: Standing, tell: Tell) -> None:
    """Fetch it; what an earlier run has begun is gone on with.

    Tells {"event": "fetching", "captioner", "done", "total", "seconds_left"}, in megabytes. Raises InputError (no room,
    or what came may not be loaded) and WorkError (the hub can't be reached).
    """
    online.check(f"The weights of {captioner.name}")
    _check_room(parcel)
    begun, first = time.monotonic(), None
    request = {"do": "fetch", "repo": parcel.place.hub, "revision": parcel.place.revision}
    with Child(command(standing.python), SILENT, STUCK, online=True) as child:
        for event in child.ask({**request, "files": parcel.files, "total": parcel.size}):
            done = int(event["done"])
            first = done if first is None else first
            spent, came = time.monotonic() - begun, done - first
            left = round(spent / came * (parcel.size - done)) if came > 0 else None
            told = {"event": "fetching", "captioner": captioner.name, "done": round(done / 1e6)}
            tell({**told, "total": round(parcel.size / 1e6), "seconds_left": left})
    check_model(captioner, parcel.place)


def _check_room(parcel: Parcel) -> None:
    folder = parcel.place.folder
    place = next((place for place in (folder, *folder.parents) if place.exists()), Path())
    free = shutil.disk_usage(place).free
    if free < parcel.size * _SPARE:
        raise InputError(
            f"{place}: {free / 1e9:.1f} GB free, and the weights take {parcel.size / 1e9:.1f} GB. Free some space, or "
            "set HF_HOME to a folder on another disk."
        )
