# SPDX-License-Identifier: GPL-3.0-or-later
"""What was done so that a LoRA made from a rendered set learns the character and not the renderer: sentences that are
true of this set, for its card and its report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: How captions name the medium; the first one found is what people can leave out or negate.
_MEDIUM = re.compile(r"\b(?:3d(?: render(?:ing)?)?|cgi|(?:3d )?render|blender(?: render)?)\b", re.IGNORECASE)
#: A share of one background or light from which on it goes into the trigger along with the character.
MOST_OF_ONE = 0.7


@dataclass(frozen=True)
class SetFacts:
    """captions: those that train, one a picture. settings: axis -> setting, one mapping a picture. masks: how many
    pictures have one. controls: kind of control picture (pose ...) -> how many there are."""

    captions: Sequence[str]
    settings: Sequence[Mapping[str, str]]
    masks: int
    controls: Mapping[str, int]


def mitigations(facts: SetFacts) -> list[tuple[str, str]]:
    """(what, sentence) in the order of their weight; what was not done says how to do it."""
    if not facts.captions:
        return []
    return [
        ("The medium", _medium(facts)),
        ("Backgrounds", _varied(facts, "background", "background", "--preset, or --backgrounds DIR")),
        ("Light", _varied(facts, "lighting", "light", "--preset")),
        ("Poses and angles", _poses(facts)),
        ("Masks", _masks(facts)),
        ("Control pictures", _controls(facts)),
    ]


def medium(captions: Sequence[str]) -> str:
    """The word by which most captions name the medium (`3d render`), or "" where most name none."""
    found = Counter(match[0].lower() for text in captions if (match := _MEDIUM.search(text)))
    word, number = found.most_common(1)[0] if found else ("", 0)
    return word if number * 2 > len(captions) else ""


def _medium(facts: SetFacts) -> str:
    word = medium(facts.captions)
    if not word:
        return (
            "Most captions don't name it, so the look of renders goes into the trigger word. "
            '`modelsheet caption DIR --style-notes "3d render"` names it.'
        )
    number = sum(word in text.lower() for text in facts.captions)
    who = "Every caption says" if number == len(facts.captions) else f"{number} of {len(facts.captions)} captions say"
    return (
        f"{who} “{word}”, so that the look is bound to these words and not to the trigger: leave them out when you "
        f"generate, or put “{word}” into the negative prompt."
    )


def _varied(facts: SetFacts, axis: str, noun: str, mend: str) -> str:
    counted = Counter(settings[axis] for settings in facts.settings if axis in settings)
    if not counted:
        return ""
    name, most = counted.most_common(1)[0]
    shown = name.replace("_", " ")
    if len(counted) == 1 or most / counted.total() > MOST_OF_ONE:
        return (
            f"Much alike: {most} of {counted.total()} pictures have the {noun} {shown}, so it will come with the "
            f"trigger. Vary it ({mend})."
        )
    return (
        f"{len(counted)} {noun}s, none in more than {most} of {counted.total()} pictures; captions name it where it "
        "shows, so that none belongs to the character."
    )


def _poses(facts: SetFacts) -> str:
    axes = ("pose", "angle", "expression")
    counted = {axis: len({row[axis] for row in facts.settings if axis in row}) for axis in axes}
    if not all(counted.values()):
        return ""
    return (
        f"{_count(counted['pose'], 'pose')}, {_count(counted['angle'], 'angle')} and "
        f"{_count(counted['expression'], 'expression')}, so that no one of them is taken for the character."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _masks(facts: SetFacts) -> str:
    if not facts.masks:
        return ""
    return (
        f"{facts.masks} masks tell subject from backdrop. Trainers that know masks learn the subject with them (for "
        "kohya: `configs/kohya_masked.toml` with `--masked_loss`) and hardly the backdrop."
    )


def _controls(facts: SetFacts) -> str:
    shown = ", ".join(
        f"{_count(number, 'picture')} of the {kind}" for kind, number in sorted(facts.controls.items()) if number
    )
    if not shown:
        return ""
    return (
        f"`control/` has {shown}. With a ControlNet and image-to-image at a strength of 0.3 to 0.6 they turn renders "
        "into photographs or drawings of the same pose; 20 to 40 % of such pictures in the set loosen the renderer's "
        "look. Caption those without the medium's word. Nothing trains on `control/` itself."
    )
