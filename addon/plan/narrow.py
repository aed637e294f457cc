# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a preset a character can do; whatever it can't is left out, with a sentence that says why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .facts import Ability, CharacterFacts
from .presets import Preset
from .quotas import quotas
from .rules import Exclusion, first_match, framings
from .settings import axis_settings
from .shots import AXES
from .space import Space

#: What every character can do: nothing.
RESTING = {"expression": "neutral", "pose": "relaxed_arms"}
A_BODY = {"bust": "a bust", "head": "only a head"}


@dataclass(frozen=True)
class Wishes:
    """A preset cut down to one character. `axes` empty: nothing to fill the budget from."""

    axes: dict[str, dict[str, Fraction]]
    shots: tuple[tuple[str, ...], ...]
    exclusions: tuple[Exclusion, ...]
    left_out: tuple[str, ...]


def narrow(preset: Preset, facts: CharacterFacts | None, budget: int) -> Wishes:
    """Replace framings and poses that the character can't fill, drop expressions it can't make."""
    if facts is None:
        return Wishes(preset.axes, preset.shots, preset.exclusions, ())
    missing = {axis: _missing(facts, axis) for axis in ("framing", "expression", "pose")}
    axes = {axis: _kept(axis, weights, missing.get(axis, {}), facts) for axis, weights in preset.axes.items()}
    for axis, name, reason in _unseen(axes, preset.exclusions):
        missing.setdefault(axis, {})[name] = reason
        axes[axis] = {each: weight for each, weight in axes[axis].items() if each != name}
    shots = _possible(preset, missing, facts)
    sentences = _sentences(preset, missing, budget)
    return Wishes(axes, shots, preset.exclusions, sentences)


def _missing(facts: CharacterFacts, axis: str) -> dict[str, str]:
    """Settings that the character can't do, each with the reason."""
    if axis == "framing":
        known = framings(facts.body)
        reason = f"{facts.name} is {A_BODY.get(facts.body, facts.body)}"
        return {name: reason for name in axis_settings(axis) if name not in known}
    abilities = facts.expressions if axis == "expression" else facts.poses
    names = [name for name in axis_settings(axis) if name != RESTING[axis]]
    reasons = {name: _inability(facts, axis, abilities.get(name)) for name in names}
    return {name: reason for name, reason in reasons.items() if reason}


def _inability(facts: CharacterFacts, axis: str, ability: Ability | None) -> str:
    if axis == "expression":
        if not facts.face:
            return f"{facts.name} has no face that could show it"
        if ability is None or ability.method in ("none", "head_only"):
            return f"{facts.name} has no shape keys or bones that could make it"
    elif ability is None or ability.method == "none":
        return f"{facts.name} has no bones that could take this pose"
    return ""


def _instead(axis: str, facts: CharacterFacts) -> str:
    """What takes the place of a setting that can't be: the widest framing there is, the resting face or pose."""
    return framings(facts.body)[-1] if axis == "framing" else RESTING[axis]


def _kept(
    axis: str, weights: dict[str, Fraction], missing: Mapping[str, str], facts: CharacterFacts
) -> dict[str, Fraction]:
    kept = {name: weight for name, weight in weights.items() if name not in missing}
    return kept or {_instead(axis, facts): Fraction(1)}


def _unseen(
    axes: Mapping[str, Mapping[str, Fraction]], exclusions: tuple[Exclusion, ...]
) -> list[tuple[str, str, str]]:
    """Settings that no shot can show any more after what was left out: axis, name, reason."""
    if not axes:
        return []
    space = Space({axis: tuple(weights) for axis, weights in axes.items()}, exclusions)
    return [
        (axis, name, f"nothing that is left can show it ({space.blame(axis, name).reason})")
        for axis, name in space.impossible()
    ]


def _possible(
    preset: Preset, missing: Mapping[str, Mapping[str, str]], facts: CharacterFacts
) -> tuple[tuple[str, ...], ...]:
    """The listed shots: without the expressions that can't be, with other framings and poses in place of theirs."""
    shots: dict[tuple[str, ...], None] = {}
    for settings in preset.shots:
        if settings[AXES.index("expression")] in missing["expression"]:
            continue
        made = tuple(
            _instead(axis, facts) if name in missing.get(axis, {}) else name
            for axis, name in zip(AXES, settings, strict=True)
        )
        if not first_match(preset.exclusions, made):
            shots[made] = None
    return tuple(shots)


def _sentences(preset: Preset, missing: Mapping[str, Mapping[str, str]], budget: int) -> tuple[str, ...]:
    """One for all settings of an axis that fail for the same reason, with what became of their pictures."""
    sentences = []
    for axis, reasons in missing.items():
        weights = preset.axes.get(axis, {})
        wanted = quotas(weights, budget - len(preset.shots)) if weights else {}
        listed = Counter(settings[AXES.index(axis)] for settings in preset.shots)
        for reason in dict.fromkeys(reasons.values()):
            names = [name for name in reasons if reasons[name] == reason and (name in wanted or listed[name])]
            if names:
                moved = sum(wanted.get(name, 0) for name in names)
                fate = _fate(axis, moved, sum(listed[name] for name in names))
                sentences.append(f"{', '.join(names)}: {reason}{fate}.")
    return tuple(sentences)


def _fate(axis: str, moved: int, listed: int) -> str:
    """What became of the pictures that were to be chosen, and of those that were listed."""
    fate = f"; {_pictures(moved)} went to what else there is" if moved else ""
    if listed:
        instead = (
            "left out" if axis == "expression" else f"given another {axis}, or left out where there is one already"
        )
        fate += f"; {_pictures(listed)} {'was' if listed == 1 else 'were'} {instead}"
    return fate


def _pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"
