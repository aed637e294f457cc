# SPDX-License-Identifier: GPL-3.0-or-later
"""What a .blend says of its rights: text blocks called so, and custom properties of what was imported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from .read import LICENCE_FILE
from .sources import Stated

NAMES = re.compile(r"licen[cs]e|author|creator|copyright|credits?$", re.IGNORECASE)
#: A crowd of objects is not searched to its end.
MOST_TEXTS, MOST_BLOCKS, MOST_LETTERS = 4, 500, 4000


def read_blend(path: Path) -> Stated | None:
    """To be asked after the file was imported. None where it says nothing."""
    fields = {**_properties(), **dict(_texts(path))}
    return Stated("the .blend", fields) if fields else None


def _properties() -> dict[str, Any]:
    """Custom properties of the imported objects and their data: name -> text, the first of each name."""
    fields: dict[str, Any] = {}
    for obj in list(bpy.data.objects)[:MOST_BLOCKS]:
        for block in (obj, obj.data):
            for name in block.keys() if block is not None else ():
                if NAMES.search(name) and isinstance(block[name], str) and block[name].strip():
                    fields.setdefault(name, block[name])
    return fields


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    """Text blocks of the file that are called as licences are. They are read and never run."""
    with bpy.data.libraries.load(str(path), link=False) as (there, here):
        here.texts = [name for name in there.texts if LICENCE_FILE.match(name)][:MOST_TEXTS]
    for text in here.texts:
        if text is not None:
            yield text.name, text.as_string()[:MOST_LETTERS]
            bpy.data.texts.remove(text)
