# SPDX-License-Identifier: GPL-3.0-or-later
"""The captioners' environment, made: whole or not at all, told of as it goes.

What a stopped run has downloaded is in pip's cache, so that the next one does not download it again; what it has
installed is thrown away, because nobody knows whether it is whole.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError, WorkError
from ..common.events import Event
from ..common.files import describe_os_error
from . import environment
from .environment import FOREIGN, OLD, READY, Standing, look, pins
from .installer import Installer
from .interpreter import choose

Tell = Callable[[Event], None]

AUTO = "auto"
#: Of the room that it takes in the end, what it takes while it is made.
_SPARE = 1.2


@dataclass(frozen=True)
class Order:
    """What to make: the folder, the Python that makes it (None: ours), and the build of torch (`auto` or a name)."""

    folder: Path
    interpreter: str | None = None
    torch: str = AUTO

    @property
    def build(self) -> str:
        """The build of torch, by name."""
        return build_for_here() if self.torch == AUTO else self.torch

    @property
    def download(self) -> int:
        """Megabytes to fetch, about."""
        return int(environment.build(self.build)["download"])

    @property
    def words(self) -> str:
        """What it comes to, for the question whether to go on."""
        row = environment.build(self.build)
        return (
            f"torch {pins()['requirements']['torch']} ({row['words']}), transformers, onnxruntime and what they need: "
            f"about {row['download']} MB to download, {row['disk'] / 1000:.1f} GB in {self.folder}"
        )


def builds() -> tuple[str, ...]:
    """What --torch takes."""
    return (AUTO, *pins()["builds"])


def build_for_here(platform: str = sys.platform) -> str:
    """The build of torch that `auto` means on this machine."""
    row = pins()["auto"].get(platform, pins()["auto"]["linux"])
    return str(row["nvidia" if has_nvidia() else "none"])


def has_nvidia() -> bool:
    """Whether the system has an NVIDIA driver."""
    windows = Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32" / "nvcuda.dll"
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia/version").exists() or windows.exists()


def check(order: Order) -> str:
    """The Python that can make what is ordered. Raises InputError (a folder with other things, no Python that fits, no
    room on the disk); nothing is begun."""
    standing = look(order.folder)
    if standing.state == FOREIGN:
        raise InputError(f"{standing.folder}: holds other things. Give --dir a new or an empty folder.")
    _check_room(standing.folder, environment.build(order.build)["disk"])
    return choose(order.interpreter)


def make(order: Order, tell: Tell) -> Standing:
    """Make the environment, or complete it; at once back where it is ready.

    Tells {"event": "setting_up", "step": words, "done", "total", "seconds_left"}: megabytes fetched so far and in all,
    about, and seconds or null. Raises InputError as check does, WorkError (no network, what was installed does not
    work here) after.
    """
    standing = look(order.folder)
    if standing.state == READY:
        return standing
    interpreter = check(order)
    installer = Installer(standing.folder, order.build, tell)
    try:
        if standing.state != OLD:
            installer.empty()
            installer.create(interpreter)
        installer.fill()
        works = installer.prove()
    except OSError as error:
        raise WorkError(describe_os_error(standing.folder, error)) from error
    environment.mark(standing.folder, whole=True, build=order.build, interpreter=interpreter, works=works)
    return look(standing.folder)


def prove(standing: Standing) -> dict[str, Any]:
    """Start an environment and have it say its versions and device. Raises WorkError if it does not work."""
    return Installer(standing.folder, str(standing.made.get("build", "")), lambda _event: None).prove()


def _check_room(folder: Path, megabytes: int) -> None:
    """Raises InputError where the disk has no room for the environment, before anything is fetched."""
    place = next((place for place in (folder, *folder.parents) if place.exists()), None)
    needed = megabytes * _SPARE / 1000
    free = shutil.disk_usage(place).free / 1e9 if place is not None else 0
    if free < needed:
        raise InputError(
            f"{folder}: {free:.1f} GB free, and the environment takes {needed:.1f} GB while it is made. "
            "Free some space, or give --dir a folder on another disk."
        )
