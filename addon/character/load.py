# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of the character room: a file, or what stands in the scene, becomes a Loaded character."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..common.files import sha256_file
from ..plan.facts import SURE, CharacterFacts
from .face import express
from .files import importers
from .files.gltf import read_vrm
from .files.sniff import sniff
from .find.understand import understand
from .licence.blend import read_blend
from .licence.read import beside, describe, read_licence
from .loaded import Loaded
from .overrides import Overrides
from .pose import strike as pose
from .tidy.cleanup import clean

#: What can be found wrongly: its name in the facts, how a doubt begins, and the option that mends it.
DOUBTS = (
    ("facing", "it is not sure which way {name} looks", "--facing"),
    ("head", "it is not sure what is the head of {name}", "--head"),
)


def load_file(path: Path, overrides: Overrides) -> Loaded:
    """Empty Blender, import `path`, clean it and understand who is in it. The file itself is never changed.

    Raises InputError (file, reason, mend) for whatever can't be used.
    """
    found = sniff(path)
    vrm = read_vrm(found.data)
    if vrm is not None and not vrm.bones:
        raise InputError(f"{path}: is a VRM without a humanoid. Export the avatar with its humanoid bones assigned.")
    importers.clear()
    warnings = [*importers.import_file(path, found, overrides.scene), *clean(str(path))]
    loaded = _able(understand(str(path), sha256_file(path), overrides, vrm))
    loaded.warnings[:0] = warnings
    loaded.form = found.form
    if not loaded.others and not (vrm and vrm.title):
        # alone in its file, it is better known by the file's name than by its rig's
        loaded.facts = dataclasses.replace(loaded.facts, name=path.stem)
    licence = describe(read_blend(path)) if found.form == "blend" else read_licence(path, found)
    loaded.facts = _with_licence(loaded.facts, licence, path)
    loaded.others = [_with_licence(facts, licence, path) for facts in loaded.others]
    loaded.warnings += _doubts(loaded, overrides)
    return loaded


def adopt(
    source: str, sha256: str, overrides: Overrides, words: dict[str, str], licence: dict[str, Any] | None = None
) -> Loaded:
    """Understand what stands in the scene already (the sitter); `words` are what it states for captions."""
    loaded = _able(understand(source, sha256, overrides, None))
    loaded.facts = dataclasses.replace(loaded.facts, words=dict(words), licence=licence)
    return loaded


def _with_licence(facts: CharacterFacts, licence: dict[str, Any] | None, path: Path) -> CharacterFacts:
    """The facts with what the file says of its rights, and where else such words may stand."""
    look = beside(path)
    where = f"stated in the {licence['source']}" if licence else "the file says nothing"
    found = where + (f"; look into {', '.join(look)} beside it" if look else "")
    return dataclasses.replace(facts, licence=licence, evidence={**facts.evidence, "licence": found})


def _doubts(loaded: Loaded, overrides: Overrides) -> Iterator[str]:
    """A sentence for each thing that is not sure, ending in the option that mends it; none that is told already."""
    facts = loaded.facts
    for about, begin, option in DOUBTS:
        sure = facts.confidence.get(about, 0.0)
        if sure < SURE and not any(option in warning for warning in loaded.warnings):
            doubt = f"{begin.format(name=facts.name)} ({sure:.0%} sure: {facts.evidence.get(about)})"
            yield f"{doubt}. Look at `inspect --picture`; what mends it is {option}."
    if loaded.others and overrides.character is None:
        names = ", ".join(other.name for other in loaded.others)
        yield f"{facts.name} is photographed; the file holds others too: {names}. Choose with --character."


def _able(loaded: Loaded) -> Loaded:
    """State in the facts which expressions and poses the character can make."""
    loaded.facts = dataclasses.replace(
        loaded.facts, expressions=express.abilities(loaded), poses=pose.abilities(loaded)
    )
    return loaded
