# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures of a sample say, as short verdicts and sentences; and which samples are missing."""

from __future__ import annotations

from .result import Grade, Graded

#: Difference (codes) below which a sample is a copy of a training picture: pictures of ours that were compressed,
#: halved in size, mirrored or made noisy lie at 3 to 7, another expression of the same take from 5, mostly above 12.
COPY = 9.0
#: Edges so much wider than the training pictures' count as soft.
SOFT = 1.8
#: Mean strength of colour up to which a picture is black and white.
GREY = 4.0


def mark(one: Graded, result: Grade) -> None:
    """The short verdicts of a sample, and a sentence for each."""
    asked = result.prompts[one.prompt]
    if one.difference is not None and one.nearest is not None and one.difference < COPY:
        name = result.trained[one.nearest].path.name
        one.marks.append("copy")
        one.notes.append(f"Nearly the training picture {name}{', mirrored' if one.mirrored else ''}: learnt by heart.")
    expects = asked.expects
    if expects == "likeness" and one.likeness is not None:
        if one.likeness < result.least:
            one.marks.append("unlike")
            one.notes.append("Other colours than the character has in the set.")
        else:
            one.marks.append("like")
    if expects == "unlike" and one.likeness is not None and one.likeness >= result.least:
        one.marks.append("leak")
        one.notes.append("Has the character's colours although its trigger was not there.")
    if expects == "place" and one.plain:
        one.marks.append("plain")
        one.notes.append("A plain background where a place was asked for.")
    if expects == "grey" and one.tint > GREY:
        one.marks.append("coloured")
        one.notes.append("In colour, although black and white was asked for.")
    if one.softness is not None and one.softness > SOFT and asked.group != "flexibility":
        one.marks.append("soft")
        one.notes.append(f"Edges are {one.softness:.1f} times as wide as in the set.")


def missing(result: Grade) -> list[str]:
    """Of the prompts in the list, those without a sample: at all, or at a stage at which others have one."""
    listed = len(result.against.prompts)
    stages = result.stages
    lines = []
    for number, asked in enumerate(result.prompts[:listed]):
        there = {one.made.stage for one in result.of_prompt(number)}
        lacking = [stage for stage in stages if stage and stage not in there]
        if not there:
            lines.append(f"No sample of “{asked.text}”.")
        elif lacking:
            lines.append(f"“{asked.text}” lacks {', '.join(lacking)}.")
    return lines
