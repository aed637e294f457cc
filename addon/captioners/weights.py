# SPDX-License-Identifier: GPL-3.0-or-later
"""A model's files: where they lie, and whether they may be loaded. Reads heads and names only; the standard library.

Refused in plain words: a folder that is missing, half downloaded, of the wrong kind, whose weights are pickled (they
could run anything when they are opened), or that asks for program code of its own.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import sha256_bytes
from .table import Captioner, family_of, kinds, title

CONFIG = "config.json"
WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
ONNX, TAGS = "model.onnx", "selected_tags.csv"
#: Files that say of a model what it is, and may name program code.
_CONFIGS = (
    CONFIG,
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "generation_config.json",
)
#: Weights that are pickled Python objects, and the other libraries' that are of no use here.
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_OTHERS = (".h5", ".msgpack", ".gguf", ".onnx")
#: Bounds of what is read: a config, a head of safetensors, pieces of a model.
_MAX_JSON = 64 << 20
_MAX_HEAD = 64 << 20
_MAX_PIECES = 512

#: OWNER/NAME@COMMIT, as on the hub. A branch's name could mean another model tomorrow.
_HUB = re.compile(r"([A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96})@([0-9a-f]{40})")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[\w.-]{1,96}(@.*)?")


@dataclass(frozen=True)
class Place:
    """Where a model is to come from. folder: where it lies or would lie; hub: its repository, None for a folder of the
    user's; revision: the commit, or what tells a folder's content from another's."""

    folder: Path
    hub: str | None
    revision: str

    @property
    def name(self) -> str:
        """What it is called in files and messages."""
        return self.hub or str(self.folder)


@dataclass(frozen=True)
class Model:
    """A model that may be loaded. numbers: how many its weights are."""

    place: Place
    numbers: int


def place_of(captioner: Captioner, asked: str | None) -> Place:
    """Where the model of a captioner is to come from: the table's, or the one that is asked for (a folder, or
    OWNER/NAME@COMMIT). Raises InputError for a hub name without its commit."""
    if asked is None:
        return Place(hub_folder(captioner.hub, captioner.revision), captioner.hub, captioner.revision)
    pinned = _HUB.fullmatch(asked)
    if pinned is not None:
        return Place(hub_folder(pinned[1], pinned[2]), pinned[1], pinned[2])
    folder = Path(asked).expanduser()
    if not folder.exists() and _HUB_NAME.fullmatch(asked):
        raise InputError(
            f"model {asked}: no such folder, and a name on the hub wants its commit, so that it stays the same model. "
            f"Write {asked.partition('@')[0]}@COMMIT, with the 40 letters that the page's History shows."
        )
    return Place(folder.absolute(), None, "folder")


def hub_folder(hub: str, revision: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the hub's own library keeps a repository at a commit."""
    cache = environ.get("HF_HUB_CACHE") or environ.get("HUGGINGFACE_HUB_CACHE")
    if not cache:
        home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
        cache = str(Path(home) / "hub")
    return Path(cache).expanduser() / f"models--{hub.replace('/', '--')}" / "snapshots" / revision


def check_model(captioner: Captioner, place: Place) -> Model:
    """The model, if it may be loaded. Raises InputError with what is wrong and the mend."""
    folder = place.folder
    mend = _mend(captioner, place)
    if not folder.is_dir():
        if place.hub is None:
            raise InputError(f"{folder}: no such folder. Check the name of the model's folder.")
        raise InputError(f"{captioner.name}: its weights ({place.hub}) are not on this computer. {mend}")
    try:
        return _tagger(folder, place, mend) if captioner.is_tagger else _hub_model(captioner, folder, place, mend)
    except OSError as error:
        raise InputError(f"{error.filename or folder}: can't be read ({error.strerror}). {mend}") from error


def wanted_files(captioner: Captioner, names: Iterable[str]) -> list[str]:
    """Of the files of a repository those that are fetched: never pickled weights, never program code.

    Raises InputError for a repository that has no weights that are taken.
    """
    names = sorted(names)
    if captioner.is_tagger:
        chosen = [name for name in names if name in (ONNX, TAGS)]
        if len(chosen) < 2:
            raise InputError(f"{captioner.hub}: holds no {ONNX} with {TAGS}. Choose another tagger.")
        return chosen
    plain = [name for name in names if "/" not in name]
    pieces = [name for name in plain if re.fullmatch(r"model(-\d{5}-of-\d{5})?\.safetensors", name)]
    pieces = [WEIGHTS] if WEIGHTS in pieces else pieces  # whole and in pieces are the same weights twice
    if not pieces:
        raise InputError(f"{captioner.hub}: {_no_weights(plain)}")
    words = [name for name in plain if name.endswith((".json", ".txt", ".jinja", ".model"))]
    return pieces + [name for name in words if not (WEIGHTS in pieces and name == INDEX)]


def _mend(captioner: Captioner, place: Place) -> str:
    """How to have the model after all."""
    if place.hub is None:
        return "Copy or download the model again, whole."
    here = place.revision == captioner.revision and place.hub == captioner.hub
    model = "" if here else f" --model {place.hub}@{place.revision}"
    return (
        f"Run `modelsheet setup captioning --captioner {captioner.name}{model}`, which asks before it downloads, "
        "or give a folder that holds them with --captioner-model."
    )


def _hub_model(captioner: Captioner, folder: Path, place: Place, mend: str) -> Model:
    names = sorted(entry.name for entry in folder.iterdir())
    for name in _CONFIGS:
        if name in names:
            _refuse_code(folder / name, _read_json(folder / name, mend))
    if CONFIG not in names:
        kind = (
            "holds a tagger, not a model of this captioner" if ONNX in names else f"has no {CONFIG}, so it is no model"
        )
        raise InputError(f"{folder}: {kind}, or only half of one. {mend}")
    stated = _read_json(folder / CONFIG, mend).get("model_type")
    if stated not in kinds(captioner.family):
        other = family_of(str(stated))
        hint = f"It is one for --captioner {other}." if other else "Choose a model of this kind, or another captioner."
        kind, wanted = str(stated)[:40], title(captioner.family)
        raise InputError(f"{folder}: a model of the kind {kind!r}, and {captioner.name} wants {wanted}. {hint}")
    pieces = _pieces(folder, names, mend)
    heads = [read_head(folder / name, mend) for name in pieces]
    revision = place.revision
    if place.hub is None:
        told = [[name, (folder / name).stat().st_size, head.digest] for name, head in zip(pieces, heads, strict=True)]
        revision = sha256_bytes(json.dumps(told).encode() + (folder / CONFIG).read_bytes())[:16]
    return Model(Place(folder, place.hub, revision), sum(head.numbers for head in heads))


def _pieces(folder: Path, names: list[str], mend: str) -> list[str]:
    """The files of the weights, all of which are there."""
    if WEIGHTS in names:
        return [WEIGHTS]
    if INDEX not in names:
        half = any(name.endswith(".safetensors") for name in names)
        raise InputError(
            f"{folder}: " + (f"has no {INDEX}, so it is half downloaded. {mend}" if half else _no_weights(names))
        )
    parts = _read_json(folder / INDEX, mend).get("weight_map")
    pieces = sorted({str(name) for name in parts.values()}) if isinstance(parts, dict) else []
    strange = [name for name in pieces if Path(name).name != name or not name.endswith(".safetensors")]
    if not pieces or strange or len(pieces) > _MAX_PIECES:
        raise InputError(f"{folder / INDEX}: names no usable pieces of weights. {mend}")
    missing = [name for name in pieces if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder}: half downloaded, {len(missing)} of {len(pieces)} pieces are missing ({missing[0]}). {mend}"
        )
    return pieces


def _no_weights(names: list[str]) -> str:
    pickled = [name for name in names if name.endswith(_PICKLED)]
    if pickled:
        return (
            f"its weights are pickled ({pickled[0]}), a form that can hide programs, so they are not opened. "
            "Take a version of the model with .safetensors files, or convert it on https://huggingface.co/spaces/"
            "safetensors/convert."
        )
    others = [name for name in names if name.endswith(_OTHERS)]
    if others:
        return f"its weights are in a form that is not read here ({others[0]}). Take a version with .safetensors files."
    return f"has no weights ({WEIGHTS}), so it is half downloaded or no model. Download it again, whole."


@dataclass(frozen=True)
class Head:
    """What a safetensors file says of itself."""

    numbers: int
    digest: str


def read_head(path: Path, mend: str) -> Head:
    """The head of a safetensors file that is as long as it says. Raises InputError."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        size = path.stat().st_size
        if not 2 <= length <= min(_MAX_HEAD, size):
            raise InputError(f"{path}: {_cut(size)}. {mend}")
        head = stream.read(length)
    try:
        rows = {name: row for name, row in json.loads(head).items() if name != "__metadata__"}
        end = max((row["data_offsets"][1] for row in rows.values()), default=0)
        numbers = sum(math.prod(row["shape"]) for row in rows.values())
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: {_cut(size)}. {mend}") from error
    if size != 8 + length + end:
        raise InputError(f"{path}: {_cut(size)}. {mend}")
    return Head(numbers, sha256_bytes(head))


def _cut(size: int) -> str:
    return f"half downloaded or damaged ({size / 1e6:.0f} MB are there)"


def _refuse_code(path: Path, config: dict[str, Any]) -> None:
    if config.get("auto_map") or config.get("custom_pipelines"):
        raise InputError(
            f"{path}: the model asks to run program code of its own, which is never done here. Take a version that "
            "needs none; of Florence-2 those of florence-community."
        )


def _read_json(path: Path, mend: str) -> dict[str, Any]:
    if path.stat().st_size > _MAX_JSON:
        raise InputError(f"{path}: too large to be what its name says. {mend}")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: half downloaded or damaged (no JSON). {mend}") from error
    if not isinstance(value, dict):
        raise InputError(f"{path}: half downloaded or damaged (no JSON object). {mend}")
    return value


def _tagger(folder: Path, place: Place, mend: str) -> Model:
    missing = [name for name in (ONNX, TAGS) if not (folder / name).is_file()]
    if missing:
        if (folder / CONFIG).is_file() and not (folder / TAGS).is_file():
            raise InputError(
                f"{folder}: no tagger (it has no {missing[0]}). Give a WD tagger's folder, or choose another."
            )
        raise InputError(f"{folder}: has no {missing[0]}, so it is half downloaded or no WD tagger. {mend}")
    size = (folder / ONNX).stat().st_size
    if size == 0 or (folder / TAGS).stat().st_size == 0:
        raise InputError(f"{folder}: half downloaded ({ONNX} or {TAGS} is empty). {mend}")
    revision = place.revision
    if place.hub is None:
        with (folder / ONNX).open("rb") as stream:
            revision = sha256_bytes(f"{size}".encode() + stream.read(1 << 20) + (folder / TAGS).read_bytes())[:16]
    return Model(Place(folder, place.hub, revision), size // 4)
