# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms that captions can have: a preset, a request and the dataset name them alike."""

from __future__ import annotations

#: tags: the guide's comma form; natural: a sentence; danbooru, e621: tags of these sites; hybrid: Danbooru tags, then
#: a sentence; trigger: the trigger alone.
STYLES = ("tags", "natural", "danbooru", "e621", "hybrid", "trigger")
#: Those that are lists, whose order trainers may shuffle behind the trigger.
LISTS = ("tags", "danbooru", "e621")
#: Where nothing else speaks for another.
DEFAULT_STYLE = "tags"
