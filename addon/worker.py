# SPDX-License-Identifier: GPL-3.0-or-later
"""The child process that holds Blender: loads one character, photographs takes, tells what it did.

JSON lines on standard input and output. Requests, each with "do":
    load  {file, overrides, sitter} -> {"event": "loaded", facts, sha256, format, warnings, others, parts,
          handles}
    picture {path} -> {"event": "pictured"}: front and side of the character, with what was found drawn on
    take  {shots, lightings, orders: [{lighting, file, adjust}], options, negative: {path, key} or null, control:
          {kind: path}}
          -> {"event": "print", index, truth, sha256} for each order, then {"event": "taken", spent, rendered}
    stage {path} -> {"event": "staged"}: the character alone in a .blend, to look shots through in
    stand {shot, size, path} -> {"event": "stood"}: how all stands for a shot, as JSON in a file
    develop {negative: {path, key}, orders, control} -> the same, from a negative alone: no character need be loaded
Any request may be answered by {"event": "error", "status", "message", "fatal"}; the worker then waits for the next.
It leaves at once, even in the middle of a render, when its input closes: that is how it never outlives its parent.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import bpy

from .character.as_imported import as_imported
from .character.load import adopt, load_file
from .character.loaded import Loaded
from .character.overrides import Overrides
from .common.errors import ModelsheetError
from .common.files import sha256_file, sha256_value, write_json
from .plan.shots import Shot, Take
from .render.negative import read_negative
from .render.options import RenderOptions
from .render.portrait import portray
from .render.rehearsal import stand, write_stage
from .render.stopwatch import Stopwatch
from .render.takes import Kept, Order, develop, makes_negatives, shoot, shoot_directly
from .sitter.build import build
from .sitter.rights import LICENCE

Event = dict[str, Any]


def main() -> None:
    """Serve until the input closes; never returns."""
    out = _claim_stdout()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us in order
    requests: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    _tell(out, {"event": "ready", "blender": bpy.app.version_string.split()[0]})
    server = Server()
    while True:
        for event in _answer(server, requests.get()):
            _tell(out, event)


class Server:
    """Answers requests; holds the character between them."""

    def __init__(self) -> None:
        self.loaded: Loaded | None = None

    def load(self, file: str, overrides: dict[str, str | None], sitter: dict[str, str]) -> Iterator[Event]:
        """Import and understand a file, or build the sitter."""
        watch = Stopwatch()
        corrections = Overrides(**overrides)
        if file == "sitter":
            words = build(sitter)
            self.loaded = adopt("sitter", sha256_value({"sitter": sitter}), corrections, words, LICENCE)
        else:
            self.loaded = load_file(Path(file), corrections)
        watch.lap("load")
        yield {
            "event": "loaded",
            "seconds": watch.spent["load"],
            "facts": as_imported(self.loaded.facts, self.loaded.stood).to_json(),
            "sha256": self.loaded.sha256,
            "format": self.loaded.form,
            "warnings": self.loaded.warnings,
            "others": [facts.to_json() for facts in self.loaded.others],
            "parts": self.loaded.part_names(),
            "handles": self.loaded.handles(),
        }

    def picture(self, path: str) -> Iterator[Event]:
        """Write the quick picture of the character."""
        if self.loaded is None:
            raise RuntimeError("picture before load")
        portray(self.loaded, Path(path))
        yield {"event": "pictured"}

    def stage(self, path: str) -> Iterator[Event]:
        """Write the .blend of the character alone."""
        if self.loaded is None:
            raise RuntimeError("stage before load")
        write_stage(self.loaded, Path(path))
        yield {"event": "staged"}

    def stand(self, shot: Event, size: list[int], path: str) -> Iterator[Event]:
        """Write how bones, keys, camera and lamps stand for a shot."""
        if self.loaded is None:
            raise RuntimeError("stand before load")
        write_json(Path(path), stand(self.loaded, Shot.from_json(shot), (size[0], size[1])))
        yield {"event": "stood"}

    def take(
        self,
        shots: list[Event],
        lightings: list[str],
        orders: list[Event],
        options: Event,
        negative: Event | None,
        control: dict[str, str],
    ) -> Iterator[Event]:
        """Photograph one take with the lights of all `lightings`, and make the prints that are ordered of it."""
        if self.loaded is None:
            raise RuntimeError("take before load")
        take = Take(tuple(Shot.from_json(shot) for shot in shots))
        wanted, how = [Order.from_json(order) for order in orders], RenderOptions(**options)
        watch = Stopwatch()
        if makes_negatives(how):
            kept = None if negative is None else Kept(Path(negative["path"]), negative["key"])
            exposed = shoot(self.loaded, take, tuple(lightings), how, kept, watch)
            yield from _prints(develop(exposed, wanted, _paths(control), watch))
        else:
            yield from _prints(shoot_directly(self.loaded, take, wanted, how, watch))
        yield {"event": "taken", "spent": watch.spent, "rendered": "render" in watch.spent}

    def develop(self, negative: Event, orders: list[Event], control: dict[str, str]) -> Iterator[Event]:
        """Make prints from a negative alone."""
        watch = Stopwatch()
        exposed = read_negative(Path(negative["path"]), negative["key"])
        watch.lap("read")
        wanted = [Order.from_json(order) for order in orders]
        yield from _prints(develop(exposed, wanted, _paths(control), watch))
        yield {"event": "taken", "spent": watch.spent, "rendered": False}


def _paths(control: dict[str, str]) -> dict[str, Path]:
    return {kind: Path(path) for kind, path in control.items()}


def _prints(made: Iterator[tuple[Order, Event]]) -> Iterator[Event]:
    for index, (order, truth) in enumerate(made):
        yield {"event": "print", "index": index, "truth": truth, "sha256": sha256_file(order.path)}


def _answer(server: Server, request: dict[str, Any]) -> Iterator[Event]:
    arguments = {key: value for key, value in request.items() if key != "do"}
    try:
        answers = {
            **{"load": server.load, "picture": server.picture, "stage": server.stage, "stand": server.stand},
            **{"take": server.take, "develop": server.develop},
        }
        yield from answers[request["do"]](**arguments)
    except ModelsheetError as error:
        yield {"event": "error", "status": error.exit_status, "message": str(error), "fatal": error.fatal}
    except Exception as error:  # a bug, or Blender's own complaint: the job goes on with its other takes
        traceback.print_exc()
        yield {"event": "error", "status": 1, "message": f"{type(error).__name__}: {error}", "fatal": False}


def _listen(requests: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(0)  # an ordinary exit would wait for the render, and can hang on Python callbacks left in Blender


def _claim_stdout() -> TextIO:
    """Keep the real standard output for events; all that Blender prints goes to standard error, the log."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return out


def _tell(out: TextIO, event: Event) -> None:
    try:
        out.write(json.dumps(event, ensure_ascii=False) + "\n")
        out.flush()
    except OSError:  # the parent is gone
        os._exit(0)
