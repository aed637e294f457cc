# SPDX-License-Identifier: GPL-3.0-or-later
"""The door of the character room: a file, or what stands in the scene, becomes a Loaded character."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ..common.errors import InputError
from ..common.files import sha256_file
from . import express, importers, pose
from .cleanup import clean
from .gltf import read_vrm
from .loaded import Loaded
from .overrides import Overrides
from .sniff import sniff
from .understand import understand


def load_file(path: Path, overrides: Overrides) -> Loaded:
    """Empty Blender, import `path`, clean it and understand who is in it. The file itself is never changed.

    Raises InputError (file, reason, mend) for whatever can't be used.
    """
    found = sniff(path)
    vrm = read_vrm(found.data)
    if vrm is not None and not vrm.bones:
        raise InputError(f"{path}: is a VRM without a humanoid. Export the avatar with its humanoid bones assigned.")
    importers.clear()
    importers.import_file(path, found)
    warnings = clean(str(path))
    loaded = _able(understand(str(path), sha256_file(path), overrides, vrm))
    loaded.warnings[:0] = warnings
    loaded.form = found.form
    if not loaded.others and not (vrm and vrm.title):
        # alone in its file, it is better known by the file's name than by its rig's
        loaded.facts = dataclasses.replace(loaded.facts, name=path.stem)
    return loaded


def adopt(source: str, sha256: str, overrides: Overrides, words: dict[str, str]) -> Loaded:
    """Understand what stands in the scene already (the sitter); `words` are what it states for captions."""
    loaded = _able(understand(source, sha256, overrides, None))
    loaded.facts = dataclasses.replace(loaded.facts, words=dict(words))
    return loaded


def _able(loaded: Loaded) -> Loaded:
    """State in the facts which expressions and poses the character can make."""
    loaded.facts = dataclasses.replace(
        loaded.facts, expressions=express.abilities(loaded), poses=pose.abilities(loaded)
    )
    return loaded
