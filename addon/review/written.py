# SPDX-License-Identifier: GPL-3.0-or-later
"""The captions of a set of ours by everybody but the person: from truth alone, as the dataset has them, the models'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..common.errors import InputError
from ..dataset.caption_options import TRUTH
from ..dataset.caption_style import caption_options
from ..dataset.captioned import caption_set, joined
from ..dataset.layout import Row, read_facts, read_job
from ..dataset.spoken import read_spoken


@dataclass(frozen=True)
class Written:
    """By picture. own: the dataset's caption, truth and captioner joined; said: (who, text) of the others; words: where
    the words of `own` come from, and what was dropped, as the manifest has them; warnings: what could not be read;
    captioner: whose words are joined with the truth in `own`, "" for nobody's."""

    own: Mapping[str, str]
    said: Mapping[str, tuple[tuple[str, str], ...]]
    words: Mapping[str, dict[str, Any]]
    warnings: tuple[str, ...] = ()
    captioner: str = ""


def read_written(out: Path, rows: Sequence[Row]) -> Written:
    """All captions of an OUT; none before there is a trigger. rows: the truth of its pictures."""
    job = read_job(out)
    if not job.get("trigger"):
        return Written({}, {}, {})
    facts, options, warnings = read_facts(out), caption_options(job), []
    truth = joined(rows, facts, options, None)
    made, spoken = truth, {}
    try:
        spoken = read_spoken(out)
        made = truth if options.captioner == TRUTH else caption_set(out, rows, facts, options)
        warnings += [words for one in spoken.values() for words in one.warnings]
    except InputError as error:
        warnings.append(str(error))
    style = options.style
    said = {
        row["id"]: (
            (TRUTH, truth.pictures[row["id"]].captions[style].text),
            *((one.captioner, one.texts[row["id"]]) for one in spoken.values() if one.texts.get(row["id"])),
        )
        for row in rows
    }
    words = {
        name: {
            "words": [word.to_json() for word in one.captions[style].words],
            "dropped": [gone.to_json() for gone in one.dropped],
        }
        for name, one in made.pictures.items()
    }
    own = {name: one.captions[style].text for name, one in made.pictures.items()}
    return Written(own, said, words, tuple(warnings), "" if made is truth else options.captioner)
