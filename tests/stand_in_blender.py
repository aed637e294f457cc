# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that has no Blender: it is asked as the real one is, and its negatives are lists of their lightings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelsheet.common.errors import WorkError
from modelsheet.common.files import sha256_file, sha256_value
from modelsheet.farm import blender
from modelsheet.farm.child import WorkerDied
from modelsheet.plan.facts import Ability, CharacterFacts, Head
from modelsheet.plan.rigs import lamps
from PIL import Image


@dataclass
class StandIn:
    """What the stand-in was asked: the lightings of each take that it photographed, and each print that it made."""

    photographed: list[tuple[str, ...]] = field(default_factory=list)
    developed: list[str] = field(default_factory=list)
    dies: bool = False
    stopped_after: int | None = None

    def __call__(self) -> StandIn:
        return self

    blender = blender.version() or "4.5"

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def load(self, *_: Any) -> dict[str, Any]:
        able = {name: Ability("bones", True) for name in ("happy", "sad", "neutral", "relaxed_arms")}
        head = Head((0.0, 0.0, 1.6), 0.24)
        sure = {"facing": 1.0, "head": 1.0}
        facts = CharacterFacts(
            "Ada", "humanoid", "full", (0, -1, 0), (0, 0, 1), 1.7, head, None, True, "x", able, able, {}, {}, sure
        )
        return {"facts": facts.to_json(), "warnings": [], "others": [], "parts": [], "format": "sitter"}

    def take(
        self,
        shots: Any,
        lightings: list[str],
        orders: Any,
        options: dict[str, Any],
        negative: dict[str, Any] | None,
        _: Any,
    ) -> Iterator[dict[str, Any]]:
        self.photographed.append(tuple(lightings))
        held = {"key": "", "engine": options["engine"], "lightings": list(lightings)}
        if negative is not None:
            held["key"] = negative["key"]
            Path(negative["path"]).parent.mkdir(exist_ok=True)
            Path(negative["path"]).write_text(json.dumps(held))
        yield from self._prints(held, orders, rendered=True)

    def develop(self, negative: dict[str, Any], orders: Any, _: Any) -> Iterator[dict[str, Any]]:
        if self.dies:
            raise WorkerDied("Blender stopped unexpectedly.")
        try:
            held = json.loads(Path(negative["path"]).read_text())
        except ValueError as error:
            raise WorkError(f"{negative['path']}: a damaged negative") from error
        if held["key"] != negative["key"]:
            raise WorkError(f"{negative['path']}: the negative of another character")
        yield from self._prints(held, orders, rendered=False)

    def _prints(self, held: dict[str, Any], orders: Any, rendered: bool) -> Iterator[dict[str, Any]]:
        for index, order in enumerate(orders):
            if self.stopped_after is not None and len(self.developed) >= self.stopped_after:
                raise KeyboardInterrupt
            if held["engine"] == "cycles":
                assert lamps([order["lighting"]]).items() <= lamps(held["lightings"]).items()
            else:
                assert order["lighting"] in held["lightings"]
            path = Path(order["file"])
            path.parent.mkdir(exist_ok=True)
            look = sha256_value({name: value for name, value in order.items() if name != "file"})
            Image.new("RGBA", (64, 64), f"#{look[:6]}").save(path)
            self.developed.append(path.stem)
            made = {"method": "bones", "exact": True, "weights": {}, "missing": []}
            truth = {
                "size": [64, 64],
                "made": {"expression": made, "pose": made},
                "visible": {"face": True, "eyes": 2, "hands": 0},
                "boxes": {"subject": [0, 0, 64, 64], "head": [16, 8, 48, 40], "face": [20, 12, 44, 36]},
                "points": {},
                "foreground": 1.0,
                "software": {"modelsheet": "0", "blender": "4", "engine": held["engine"], "samples": 1},
            }
            yield {"event": "print", "index": index, "truth": truth, "sha256": sha256_file(path)}
        yield {"event": "taken", "spent": {}, "rendered": rendered}

    def count(self) -> tuple[int, int]:
        """Takes photographed and prints made since the last time."""
        counts = len(self.photographed), len(self.developed)
        self.photographed.clear()
        self.developed.clear()
        return counts
