# SPDX-License-Identifier: GPL-3.0-or-later
"""How true captions are: `python3 scripts/benchmark_captions.py [OUT ...]`. Needs no Blender and no model.

Stand-in models describe the pictures of finished sets (or, without any, of two plans) and lie in known ways: each
knows what its words mean, so it is known which of them are false. Three captioners are measured: truth alone, the raw
model, and the model's words held against the truth and joined with it. For each: the share of captions with a false
statement, and the share of the settings that vary, and that the picture shows, which are mentioned. What the judge
goes by stands in benchmark_captions.yaml; the tables of the grounding are not asked.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from addon.dataset.caption_options import CaptionOptions
from addon.dataset.captioned import CaptionedSet, joined
from addon.dataset.layout import read_facts, read_job, read_rows
from addon.dataset.seen import seen
from addon.dataset.spoken import Spoken
from addon.plan.facts import Ability, CharacterFacts, Head
from addon.plan.planner import make_plan
from addon.plan.presets import load_preset
from addon.plan.settings import axis_settings

SAID = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
STYLES = ("natural", "tags")
WORDINGS = ("known", "met", "held_out")
#: Axes whose settings must be mentioned.
AXES = tuple(SAID["named"])
#: How often a stand-in says something of an axis, and how often that is false.
SPEAKS, LIES = 0.7, 0.4
#: Words that are in any sentence, so that finding them proves nothing.
_COMMON = frozenset(
    "a an and are as at by for from her his in is it its of on or she the their them they to with who that this into "
    "one you some any was be has have she's there wearing holding looking".split()
)


@dataclass(frozen=True)
class Lie:
    """A statement that is false of its picture."""

    axis: str
    text: str


@dataclass
class Model:
    """A stand-in: what it said of each picture, which of that is false, and which nobody can tell."""

    name: str
    speaks: str
    wording: str
    texts: dict[str, str] = field(default_factory=dict)
    lies: dict[str, list[Lie]] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    true: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """false: share of captions with a false statement; mentioned: share of the settings that vary and are shown; kept:
    share of the model's harmless things that are in the captions, or left out as never changing."""

    who: str
    style: str
    captions: int
    false: float
    mentioned: float
    kept: float | None = None
    examples: tuple[str, ...] = ()


def main() -> int:
    """Measure; the exit status is 1 where truth or the join say anything false, or leave a setting out."""
    given = _words().parse_args()
    sets = [_finished(out) for out in given.out] or [planned("lora_40"), planned("full_body_60")]
    figures = [figure for place, one in enumerate(sets) for figure in measure(*one, seed=given.seed + place)]
    for figure in figures:
        sys.stdout.write(
            f"{figure.who:42} {figure.style:8} {figure.captions:4} captions  {figure.false:6.1%} with a false statement"
            f"  {figure.mentioned:6.1%} of the settings mentioned"
            f"{'' if figure.kept is None else f'  {figure.kept:6.1%} of the things kept'}\n"
        )
        for example in figure.examples[: given.examples]:
            sys.stdout.write(f"    {example}\n")
    rows, facts = planned("lora_40", many=25)
    begun = time.process_time()
    joined(rows, facts, CaptionOptions("mara_syn"), None)
    sys.stdout.write(
        f"Truth captions for {len(rows)} pictures, all styles: {time.process_time() - begun:.2f} s of CPU\n"
    )
    if given.json:
        given.json.write_text(json.dumps([vars(figure) for figure in figures], indent=1), encoding="utf-8")
    wrong = [one for one in figures if not one.who.startswith("raw") and (one.false or one.mentioned < 1)]
    return 1 if wrong else 0


def measure(rows: Sequence[dict[str, Any]], facts: CharacterFacts, seed: int = 1) -> list[Figure]:
    """All figures of one set. rows: its truth."""
    figures = []
    for style in STYLES:
        options = CaptionOptions("mara_syn", style=style, class_word="woman")
        made = joined(rows, facts, options, None)
        figures.append(_figure("truth", style, rows, made, None))
        for model in models(rows, seed):
            spoken = Spoken(model.name, model.speaks, "stand-in", model.texts, {})
            if style == STYLES[0]:
                figures.append(_raw(model, rows))
            grounded = joined(rows, facts, options, spoken)
            figures.append(_figure(f"joined: {model.name}", style, rows, grounded, model))
    return figures


def models(rows: Sequence[dict[str, Any]], seed: int) -> list[Model]:
    """The stand-ins, in wordings that the tables were written with and in others."""
    made = []
    for wording in WORDINGS:
        made += [_talker(rows, wording, seed), _parrot(rows, wording), _tagger(rows, wording, seed)]
    return made


def planned(preset: str, many: int = 1) -> tuple[list[dict[str, Any]], CharacterFacts]:
    """Truth rows as a figure that can make everything would have them, and that figure. many: how many times over."""
    facts = _figure_facts()
    shots = make_plan(load_preset(preset), facts, None, None).shots
    made = {"method": "bones", "exact": True, "weights": {}, "missing": []}
    rows = []
    for turn in range(many):
        for shot in shots:
            data = shot.to_json()
            face = shot["angle"] != "back"
            rows.append(
                {
                    **data,
                    "id": f"{data['id']}-{turn}" if turn else data["id"],
                    "made": {"expression": made, "pose": made},
                    "visible": {"face": face, "eyes": 2 if face else 0, "hands": 2},
                    "software": {"engine": "cycles"},
                }
            )
    return rows, facts


def _figure_facts() -> CharacterFacts:
    able = {axis: {name: Ability("bones", True) for name in axis_settings(axis)} for axis in ("expression", "pose")}
    points = ("crown", "chin", "neck", "shoulders", "waist", "hips", "thighs", "knees", "floor")
    heights = (1.7, 1.48, 1.42, 1.38, 1.05, 0.92, 0.7, 0.48, 0.0)
    return CharacterFacts(
        name="stand-in",
        kind="humanoid",
        body="full",
        facing=(0.0, -1.0, 0.0),
        up=(0.0, 0.0, 1.0),
        height=1.7,
        head=Head((0.0, 0.0, 1.6), 0.24),
        eyes=((0.03, -0.1, 1.6), (-0.03, -0.1, 1.6)),
        face=True,
        rig="stand-in",
        expressions=able["expression"],
        poses=able["pose"],
        landmarks={name: (0.0, 0.0, height) for name, height in zip(points, heights, strict=True)},
        evidence={},
        confidence={},
    )


def _finished(out: Path) -> tuple[list[dict[str, Any]], CharacterFacts]:
    read_job(out)
    return read_rows(out), read_facts(out)


def _so(row: Mapping[str, Any], axis: str) -> str | None:
    """What is so of a picture on an axis of the stand-ins; None where nobody can tell, and nothing is counted."""
    settings = row["settings"]
    if axis in settings:
        hidden = axis == "expression" and not (row["visible"]["face"] and row["made"]["expression"]["exact"])
        return None if hidden else str(settings[axis])
    if axis == "gaze":
        straight = row["visible"]["face"] and row["made"]["expression"]["exact"] and settings["expression"] != "sad"
        still = settings["pose"] != "looking_over_shoulder"
        side = settings["angle"].startswith(("three_quarter", "profile"))
        return (
            "viewer" if straight and still and settings["angle"] == "front" else "away" if side and straight else None
        )
    return {"count": "one", "class": "female", "eyes": "open", "medium": "render", "negation": ""}.get(axis)


def _is_lie(row: Mapping[str, Any], axis: str, means: Sequence[str]) -> bool:
    """Whether words are false of a picture. Of a light or a gaze that nobody can be sure of, they are not true either,
    but that is not counted."""
    if axis == "negation":
        return True  # what is not there may truly not be there, but a caption that names it calls it up
    so = _so(row, axis)
    return not means if so is None else so not in means


def _talker(rows: Sequence[dict[str, Any]], wording: str, seed: int) -> Model:
    """A sentence or two for each picture, each axis with some chance, some of it false."""
    model = Model(f"talker, {wording} wording", "natural", wording)
    chance = random.Random(seed)  # noqa: S311 - the same lies every time
    for row in rows:
        pieces, lies, true = [], [], set()
        for axis, choices in SAID[wording].items():
            if chance.random() > SPEAKS:
                continue
            wrong = axis == "negation" or chance.random() < LIES
            fitting = [one for one in choices if _is_lie(row, axis, one["means"]) == wrong]
            if not fitting:
                continue
            one = chance.choice(fitting)
            pieces.append(one["say"])
            if wrong:
                lies.append(Lie(axis, one["say"]))
            elif _so(row, axis) in one["means"]:
                true.add(axis)
        things = chance.sample(SAID["things"], 2)
        pieces += things
        chance.shuffle(pieces)
        head = chance.choice(
            ["a 3d rendering of a woman", "arafed woman", "The image shows a woman", "there is a woman"]
        )
        model.texts[row["id"]] = f"{head} {' and '.join(pieces[:1])}, {', '.join(pieces[1:])}."
        model.lies[row["id"]] = lies
        model.things[row["id"]] = " ".join(things)
        model.true[row["id"]] = true
    return model


def _parrot(rows: Sequence[dict[str, Any]], wording: str) -> Model:
    """The same caption for every picture."""
    model = Model(f"parrot, {wording} wording", "natural", wording)
    parts = [
        (axis, choices[0]) for axis, choices in SAID[wording].items() if axis not in ("count", "class", "negation")
    ]
    for row in rows:
        model.texts[row["id"]] = f"a woman {', '.join(one['say'] for _axis, one in parts)}, wearing a green jacket"
        model.lies[row["id"]] = [Lie(axis, one["say"]) for axis, one in parts if _is_lie(row, axis, one["means"])]
        model.things[row["id"]] = "wearing a green jacket"
        model.true[row["id"]] = {axis for axis, one in parts if _so(row, axis) in one["means"]}
    return model


def _tagger(rows: Sequence[dict[str, Any]], wording: str, seed: int) -> Model:
    """Tags, some of them false."""
    model = Model(f"tagger, {wording} wording", "tags", wording)
    chance = random.Random(seed)  # noqa: S311
    for row in rows:
        chosen = chance.sample(SAID["tags"][wording], 8)
        chosen = [one for one in chosen if chance.random() < LIES or not _is_lie(row, one["axis"], one["means"])]
        things = chance.sample(SAID["tags"]["things"], 4)
        model.texts[row["id"]] = ", ".join(["1girl", "solo", *(one["say"] for one in chosen), *things])
        model.lies[row["id"]] = [
            Lie(one["axis"], one["say"]) for one in chosen if _is_lie(row, one["axis"], one["means"])
        ]
        model.things[row["id"]] = " ".join(things)
        model.true[row["id"]] = {one["axis"] for one in chosen if _so(row, one["axis"]) in one["means"]}
    return model


def _raw(model: Model, rows: Sequence[dict[str, Any]]) -> Figure:
    false = sum(bool(model.lies[row["id"]]) for row in rows)
    shown = [(row["id"], axis) for row in rows for axis in _varying(rows, row)]
    mentioned = sum(axis in model.true[name] for name, axis in shown)
    return Figure(f"raw: {model.name}", "-", len(rows), false / len(rows), mentioned / max(1, len(shown)))


def _figure(who: str, style: str, rows: Sequence[dict[str, Any]], made: CaptionedSet, model: Model | None) -> Figure:
    false: list[str] = []
    missing: list[str] = []
    number = 0
    for row in rows:
        caption = made.pictures[row["id"]].captions[style]
        text = caption.text.lower()
        own = " ".join(word.text for word in caption.words if word.origin == "model").lower()
        lies = (
            [lie.text for lie in model.lies[row["id"]] if _told(lie.text, own, model.things[row["id"]])]
            if model
            else []
        )
        lies += _untrue(row, text)
        false += [f"{row['id']}: “{lies[0]}” in “{caption.text}”"] if lies else []
        for axis in _varying(rows, row):
            number += 1
            if not any(word in text for word in SAID["named"][axis].get(row["settings"][axis], [""])):
                missing.append(f"{row['id']}: no {axis} in “{caption.text}”")
    share = 1 - len(missing) / max(1, number)
    kept = _kept(rows, made, model) if model else None
    return Figure(who, style, len(rows), len(false) / len(rows), share, kept, (*false, *missing))


def _kept(rows: Sequence[dict[str, Any]], made: CaptionedSet, model: Model) -> float:
    """By their last words, which are what they are: `jacket` of `wearing a green jacket`. A thing that is said of
    nearly all pictures, or can't be seen in this one, is rightly left out."""
    told, kept = 0, 0
    for row in rows:
        one = made.pictures[row["id"]]
        said = " ".join(word.text for word in one.captions["tags"].words if word.origin == "model").lower()
        gone = [drop for drop in one.dropped if drop.axis in ("identity", "framing", "hands", "angle")]
        for noun in _nouns(model.things[row["id"]]):
            told += 1
            kept += noun in said or any(noun in drop.text for drop in gone)
    return kept / max(1, told)


def _nouns(things: str) -> list[str]:
    known = {words.split()[-1] for words in (*SAID["things"], *SAID["tags"]["things"])} | {"jeans", "shirt"}
    return [noun for noun in re.findall(r"\w+", things) if noun in known]


def _told(lie: str, words: str, things: str) -> bool:
    """Whether any of a lie's own words has come into a caption: those that the harmless things share don't tell."""
    told, caption, harmless = (set(re.findall(r"[\w'^:>(]+", text.lower())) for text in (lie, words, things))
    return bool((told - _COMMON - harmless) & caption)


def _untrue(row: Mapping[str, Any], text: str) -> list[str]:
    """Words in a caption that name a setting which the picture does not have."""
    found = []
    for axis, names in SAID["named"].items():
        true = names.get(row["settings"][axis], [])
        for name, words in names.items():
            if name != row["settings"][axis]:
                found += [word for word in words if word in text and not any(word in own for own in true)]
    return [word for word in found if not _within_another(word, text, row)]


def _within_another(word: str, text: str, row: Mapping[str, Any]) -> bool:
    """`portrait` in `close-up portrait` and `behind` in `rim lighting from behind` name something else."""
    rest = text
    for words in ("close-up portrait", "rim lighting from behind", "soft butterfly lighting from above"):
        rest = rest.replace(words, "")
    return word not in rest


def _varying(rows: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[str]:
    """The axes that vary in the set and that this picture shows."""
    shown = seen(dict(row))
    return [axis for axis in AXES if axis in shown and len({one["settings"][axis] for one in rows}) > 1]


def _words() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("out", type=Path, nargs="*", metavar="OUT", help="finished sets; without any, two plans")
    parser.add_argument("--seed", type=int, default=1, help="other lies")
    parser.add_argument("--examples", type=int, default=0, metavar="N", help="show so many faults of each")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures for other programs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
