# SPDX-License-Identifier: GPL-3.0-or-later
"""The door: have a captioner look at the pictures of a set.

A captioner that dies costs the pictures that it was looking at, and those are tried again in smaller batches; one that
dies of a single picture leaves that picture out and goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..common.errors import WorkError
from ..common.events import Event
from ..common.files import sha256_value
from ..dataset.checks.drops import staying
from ..dataset.layout import RAW, read_job, read_rows
from ..dataset.output import Output
from ..dataset.spoken import crop_of, shown
from .child_process import Child, ChildDied, command
from .environment import ready
from .fetch import fetch, is_there, look_up
from .options import Options
from .record import Record
from .table import Captioner, captioner, under
from .weights import Model, check_model, place_of

Tell = Callable[[Event], None]
Row = dict[str, Any]

#: Pictures running of which a captioner may die before it counts as broken.
_MOST_DEATHS = 3


def check_ready(name: str, options: Options) -> None:
    """Complain of a captioner that can't run, before anything is begun: its name, its environment, its weights.

    With options.online weights that are not here are no fault: they will be fetched. Raises InputError.
    """
    row = captioner(name)
    ready(options.environment)
    place = place_of(row, options.model)
    if not (options.online and place.hub is not None and not place.folder.is_dir()):
        check_model(row, place)


def caption_pictures(out: Path, name: str, options: Options, tell: Tell) -> None:
    """Have the captioner `name` say what it sees in every picture of OUT about which it has not spoken yet.

    Writes OUT/captions/models/NAME.jsonl line by line, so that what is stopped goes on. Tells:
        {"event": "captioner", "captioner", "model", "revision", "device", "dtype", "batch", "done", "total"} once it is
            loaded, and before ("device": null) while it loads
        {"event": "captioned", "captioner", "id", "done", "total", "seconds_left"} for each picture
        {"event": "uncaptioned", "captioner", "id", "message"} for each that it could not look at: the others go on
        {"event": "fetching", ...} while weights come (only with options.online)
    Raises InputError (nothing rendered, no environment, a model that can't be used), WorkError (no picture could be
    captioned, the captioner dies again and again).
    """
    caption_with(captioner(name), out, options, tell)


def caption_with(row: Captioner, out: Path, options: Options, tell: Tell) -> None:
    """As caption_pictures, with a captioner of one's own making."""
    rows = staying(out, read_rows(out))
    output = Output.from_job(read_job(out))
    standing = ready(options.environment)
    place = place_of(row, options.model)
    if options.online and place.hub is not None and not is_there(row, options.model):
        fetch(row, look_up(row, place, standing), standing, tell)
    model = check_model(row, place)
    seen = {entry["id"]: shown(entry, output) for entry in rows}
    record = Record(out, _head(row, model), seen)
    pictures = [_picture(out, entry, output) for entry in rows if entry["id"] not in record.done]
    told = {"captioner": row.name, "done": len(record.done), "total": len(rows)}
    if not pictures:
        tell({"event": "captioned", **told, "id": None, "seconds_left": 0})
        return
    _Run(row, model, options, command(standing.python), record, len(rows), tell).through(pictures)


def _head(row: Captioner, model: Model) -> Row:
    asked = {**row.settings, "size": row.size, "under": under()}
    names = {"captioner": row.name, "family": row.family, "model": model.place.name, "revision": model.place.revision}
    return {**names, "speaks": row.speaks, "settings": sha256_value(asked)[:16]}


def _picture(out: Path, row: Row, output: Output) -> Row:
    crop = crop_of(row, output)
    return {
        "id": row["id"],
        "path": str((out / RAW / f"{row['id']}.png").absolute()),
        "crop": crop,
        "of": row.get("size"),
    }


class _Run:
    """One run over the pictures that are left, in as many processes as it takes."""

    def __init__(
        self,
        row: Captioner,
        model: Model,
        options: Options,
        start: list[str],
        record: Record,
        total: int,
        tell: Tell,
    ) -> None:
        """start: the child's command line; total: pictures of the set."""
        self._row = row
        self._model = model
        self._options = options
        self._start = start
        self._record = record
        self._total = total
        self._tell = tell
        self._before = len(record.done)
        self._said = 0
        self._loaded = 0.0
        self._first = 0
        self._pace: float | None = None
        self._working: list[str] = []
        self._faults: list[str] = []

    def through(self, pictures: list[Row]) -> None:
        """All of them. Raises WorkError when not one came through."""
        left, batch, deaths = pictures, self._options.batch, 0
        try:
            while left:
                said, self._working, self._loaded = self._said, [], 0.0
                try:
                    self._once(left, batch)
                except ChildDied as death:
                    deaths = 0 if self._said > said else deaths
                    if not self._loaded:
                        raise WorkError(f"{self._row.name}: {death} {self._mend(death)}") from death
                    batch, deaths = self._after(death, batch, deaths)
                done = self._record.done | {fault.partition(" ")[0] for fault in self._faults}
                left = [picture for picture in left if picture["id"] not in done]
        finally:
            if self._said:
                self._record.close()
        if self._faults and not self._said and not self._before:
            raise WorkError(f"{self._row.name}: no picture could be captioned. {self._faults[0].partition(' ')[2]}")

    def _after(self, death: ChildDied, batch: int | None, deaths: int) -> tuple[int | None, int]:
        """What the next process is to do otherwise: (pictures in a batch, pictures running of which one died)."""
        if len(self._working) > 1:
            return len(self._working) // 2, deaths
        for name in self._working:
            self._give_up(name, f"{death} The picture is left out.")
        if deaths + 1 >= _MOST_DEATHS:
            raise WorkError(
                f"{self._row.name}: stopped on {deaths + 1} pictures running. {self._mend(death)}"
            ) from death
        return (batch if death.memory else self._options.batch), deaths + 1

    def _mend(self, death: ChildDied) -> str:
        if death.memory:
            return "Close other programs, choose a smaller captioner, or --captioner-device cpu."
        return "Run the same command again; if that does not help, `modelsheet setup captioning` in a new --dir."

    def _once(self, pictures: list[Row], batch: int | None) -> None:
        """Show pictures to one process until it has seen all, or dies."""
        row, options = self._row, self._options
        request = {
            "do": "caption",
            "name": row.name,
            "family": row.family,
            "folder": str(self._model.place.folder),
            "settings": dict(row.settings),
            "device": options.device,
            "dtype": options.dtype,
            "batch": batch,
            "numbers": self._model.numbers,
            "memory": dict(row.memory),
            "size": row.size,
            "under": under(),
            "pictures": pictures,
        }
        self._announce({"device": None, "dtype": None, "batch": None})
        with Child(self._start, options.silent, options.stuck) as child:
            for event in child.ask(request):
                getattr(self, f"_on_{event['event']}")(event)
            self._record.settle()

    def _announce(self, how: dict[str, Any]) -> None:
        place = self._model.place
        told = {"captioner": self._row.name, "model": place.name, "revision": place.revision}
        self._tell({"event": "captioner", **told, **how, "done": self._before + self._said, "total": self._total})

    def _on_loaded(self, event: Event) -> None:
        self._loaded = time.monotonic()
        self._first = self._said
        self._record.begin(event["device"], event["dtype"])
        self._announce({name: event[name] for name in ("device", "dtype", "batch")})

    def _on_working(self, event: Event) -> None:
        self._working = list(event["ids"])
        self._record.settle()
        came = self._said - self._first
        self._pace = (time.monotonic() - self._loaded) / came if came else None

    def _on_halved(self, event: Event) -> None:
        self._tell({"event": "halved", "captioner": self._row.name, "batch": event["batch"]})

    def _on_said(self, event: Event) -> None:
        self._record.add(event["id"], event["text"], event.get("scores"))
        self._said += 1
        done = self._before + self._said
        left = None if self._pace is None else round(self._pace * (self._total - done - len(self._faults)))
        told = {"event": "captioned", "captioner": self._row.name, "id": event["id"], "done": done}
        self._tell({**told, "total": self._total, "seconds_left": left})

    def _on_unread(self, event: Event) -> None:
        self._give_up(event["id"], event["message"])

    def _give_up(self, name: str, message: str) -> None:
        self._faults.append(f"{name} {message}")
        self._tell({"event": "uncaptioned", "captioner": self._row.name, "id": name, "message": message})
