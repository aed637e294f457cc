# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms that captions can have: a preset, a request and the dataset name them alike."""

from __future__ import annotations

#: Style -> what it is, for people.
TITLES = {
    "tags": "a comma list in plain words",
    "natural": "sentences",
    "danbooru": "Danbooru tags",
    "e621": "e621 tags",
    "hybrid": "Danbooru tags, then a sentence",
    "trigger": "the trigger word alone",
}
STYLES = tuple(TITLES)
#: Those that are lists, whose order trainers may shuffle behind the trigger.
LISTS = ("tags", "danbooru", "e621")
#: Where nothing else speaks for another.
DEFAULT_STYLE = "tags"
