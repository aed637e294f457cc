# SPDX-License-Identifier: GPL-3.0-or-later
"""`modelsheet setup captioning`: the environment that captioning models run in, and their weights, after a yes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..captioners import environment, install
from ..captioners.fetch import Parcel, fetch, is_there, look_up
from ..captioners.table import Captioner, captioner, captioners, names
from ..captioners.weights import Place, place_of
from ..common import online
from ..common.errors import InputError
from ..console import Console
from .words import Commands

#: What can be set up.
PARTS = ("captioning",)


def add(commands: Commands) -> None:
    """The words of the command."""
    setup = commands.add("setup", run, "Fetch what captioning models need, after a yes: libraries, and weights.")
    setup.add_argument("part", choices=PARTS, help="captioning: an environment of its own for the models")
    setup.add_argument(
        "--captioner",
        action="append",
        default=[],
        metavar="NAME",
        help=f"also fetch the weights of this one: {', '.join(names())}; may be given more than once",
    )
    setup.add_argument("--model", metavar="PLACE", help="with one --captioner: OWNER/NAME@COMMIT, in place of its own")
    setup.add_argument("--check", action="store_true", help="fetch nothing, say what is there")
    setup.add_argument("--yes", action="store_true", help="yes to what it would fetch, without asking")
    setup.add_argument(
        "--dir", type=Path, metavar="DIR", help="where it lies, remembered from then on (a folder of yours)"
    )
    setup.add_argument("--torch", choices=install.builds(), default=install.AUTO, help="auto: what fits this machine")
    setup.add_argument("--python", metavar="PATH", help="the Python that makes it, if not the one that runs this")


def run(given: argparse.Namespace, console: Console) -> int:
    """Do it; the exit status."""
    rows = [captioner(name) for name in dict.fromkeys(given.captioner)]
    if given.model and len(rows) != 1:
        raise InputError("--model: goes with one --captioner. Give the captioner that it is for.")
    standing = environment.look(given.dir)
    if given.check:
        return _check(standing, console)
    order = install.Order(standing.folder, given.python, given.torch)
    wanted = [row for row in rows if not is_there(row, given.model)]
    asked = False
    if standing.state != environment.READY:
        install.check(order)
        online.check("The environment for captioning")
        _ask(given, console, [order.words, *(_known(row, given.model) for row in wanted)])
        standing = install.make(order, console.tell)
        asked = given.model is None  # of another model the hub knows the size, and nobody could be told before
    parcels = [(row, look_up(row, place_of(row, given.model), standing)) for row in wanted]
    if parcels and not asked:
        _ask(given, console, [_weights(row, parcel) for row, parcel in parcels])
    environment.remember(standing.folder)
    for row, parcel in parcels:
        fetch(row, parcel, standing, console.tell)
    console.tell({"event": "set_up", "part": given.part, **_told(standing), "captioners": [row.name for row in rows]})
    return 0


def _ask(given: argparse.Namespace, console: Console, things: list[str]) -> None:
    """Say what would be fetched, and have a yes. Raises InputError without one."""
    console.tell({"event": "would_fetch", "things": things})
    if given.yes:
        return
    if console.as_json or not (sys.stdin is not None and sys.stdin.isatty()):
        raise InputError(f"setup: would fetch {'; '.join(things)}. Nothing was fetched: add --yes to agree.")
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError("setup: nothing was fetched. Run it again to change your mind.")


def _known(row: Captioner, model: str | None) -> str:
    """What is known of weights before the hub can be asked."""
    place: Place = place_of(row, model)
    size = f"about {row.download} MB" if place.revision == row.revision else "of a size that the hub will tell"
    return f"the weights of {row.name}, {place.hub}, {size}, licence: {row.licence}"


def _weights(row: Captioner, parcel: Parcel) -> str:
    own = parcel.place.hub == row.hub
    licence = row.licence if own else f"see https://huggingface.co/{parcel.place.hub}"
    size = f"{parcel.size / 1e6:.0f} MB in {len(parcel.files)} files"
    return f"the weights of {row.name}, {parcel.place.hub}, {size}, to {parcel.place.folder}, licence: {licence}"


def _check(standing: environment.Standing, console: Console) -> int:
    """Say what is there; 0 if captioners can run."""
    works = install.prove(standing) if standing.state == environment.READY else None
    rows = [
        {"name": row.name, "there": is_there(row), "download": row.download, "licence": row.licence, "about": row.about}
        for row in captioners()
    ]
    console.tell({"event": "standing", "part": "captioning", **_told(standing), "works": works, "captioners": rows})
    return 0 if works else 1


def _told(standing: environment.Standing) -> dict[str, Any]:
    return {"folder": str(standing.folder), "state": standing.state, "words": standing.words}
