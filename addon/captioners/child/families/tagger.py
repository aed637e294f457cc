# SPDX-License-Identifier: GPL-3.0-or-later
"""WD taggers: an ONNX network that says of each of some thousand tags how sure it is, and the list of their names.

selected_tags.csv has the columns tag_id, name, category, count. Categories: 0 general, 4 a known character, 9 rating.
The network takes pixels NHWC, blue first, as floats 0..255, square.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from ....common.errors import InputError
from .family import Said

MODEL = "model.onnx"
TAGS = "selected_tags.csv"
GENERAL, CHARACTER, RATING = "0", "4", "9"
_MOST_TAGS = 200_000
#: Side of the square where the network does not say.
_SIDE = 448


@dataclass(frozen=True)
class Tagger:
    """See Family. under: the colour around the subject; tags: (name, category) of each number that the network gives;
    thresholds: by category."""

    session: Any
    under: tuple[int, int, int]
    tags: list[tuple[str, str]]
    thresholds: dict[str, float]

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """Squares: what is added has the colour that lies around the subject already."""
        side = self.session.get_inputs()[0].shape[1]
        side = side if isinstance(side, int) else _SIDE
        return np.stack([_squared(picture, side, self.under) for picture in pictures])

    def speak(self, prepared: Any) -> list[Said]:
        """See Family. The text has the general tags, the surest first, in Danbooru's own spelling; the scores
        characters too, as character:NAME, and the likeliest rating, as rating:NAME."""
        entry = self.session.get_inputs()[0]
        alone = isinstance(entry.shape[0], int)
        rows = [
            self.session.run(None, {entry.name: part})[0]
            for part in (np.split(prepared, len(prepared)) if alone else [prepared])
        ]
        return [self._said(row) for row in np.concatenate(rows)]

    def _said(self, row: np.ndarray) -> Said:
        sure = sorted(zip(row.tolist(), self.tags, strict=True), key=lambda item: -item[0])
        chosen = {
            kind: {name: round(min(max(p, 0.0), 1.0), 4) for p, (name, its) in sure if its == kind and p >= least}
            for kind, least in self.thresholds.items()
        }
        rating = next(((name, round(p, 4)) for p, (name, its) in sure if its == RATING), None)
        scores = chosen[GENERAL] | {f"character:{name}": p for name, p in chosen[CHARACTER].items()}
        if rating is not None:
            scores[f"rating:{rating[0]}"] = rating[1]
        return Said(", ".join(chosen[GENERAL]), scores)


def load(folder: str, settings: dict[str, Any], device: str, dtype: str) -> Tagger:
    """Raises InputError for files that are none of a tagger's."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(Path(folder) / MODEL), options, providers=["CPUExecutionProvider"]
        )  # fmt: skip
    except Exception as error:  # onnxruntime has a family of its own for each fault
        words = " ".join(str(error).split())[:160]
        raise InputError(f"{Path(folder) / MODEL}: can't be loaded ({words}). Fetch the model again.") from error
    inputs = session.get_inputs()
    if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].shape[3] not in (3, "channels", None):
        raise InputError(f"{Path(folder) / MODEL}: not a tagger of pictures. Give a WD tagger's folder.")
    thresholds = {GENERAL: float(settings["general"]), CHARACTER: float(settings["character"])}
    tags = _tags(Path(folder) / TAGS)
    known = session.get_outputs()[0].shape[-1]
    if known != len(tags):
        raise InputError(f"{Path(folder) / TAGS}: lists {len(tags)} tags, the network {known}. Fetch both files again.")
    return Tagger(session, tuple(settings["under"]), tags, thresholds)


def _tags(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = [
                (row["name"], row["category"])
                for row, _count in zip(csv.DictReader(stream), range(_MOST_TAGS), strict=False)
            ]
    except (OSError, KeyError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path}: not a list of tags (tag_id, name, category, count). Fetch the model again."
        ) from error
    return rows


def _squared(picture: Image.Image, side: int, under: tuple[int, int, int]) -> np.ndarray:
    """float32 side x side x 3, blue first."""
    most = max(picture.size)
    square = Image.new("RGB", (most, most), under)
    square.paste(picture, ((most - picture.width) // 2, (most - picture.height) // 2))
    if most != side:
        square = square.resize((side, side), Image.Resampling.BICUBIC)
    return np.asarray(square, np.float32)[..., ::-1]
