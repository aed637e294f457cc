# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that several commands share: how they are added to a parser, and what they come to."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ..common.errors import InputError
from ..console import Console
from ..dataset.caption_options import STYLES
from ..dataset.caption_parts import PARTS, check_parts, check_template
from ..dataset.output import FORMATS, SHAPES, TABLE, check_size
from ..dataset.packages import ALL, bases, check_base, trainers
from ..dataset.rights import PURPOSES, check_reason, check_source, source_names
from ..outcome import Outcome
from ..plan.vary import MOST_PRINTS, parse_axis
from ..render.options import DEVICES, ENGINES
from ..request import DEFAULT_PRESET, Request
from ..sidecar import ALWAYS, check_axis, check_eyes
from ..sitter.parameters import resolve

PREVIEW_RESOLUTION = 384
#: What `--style` takes for the style that fits.
AUTO = "auto"

Run = Callable[[argparse.Namespace, Console], int]


class Parser(argparse.ArgumentParser):
    """Complains in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}. See `{self.prog} --help`.")


class Commands:
    """The list of commands of a parser, to which each command adds itself."""

    def __init__(self, parser: Parser) -> None:
        self._commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=Parser)

    def add(self, name: str, run: Run, does: str) -> argparse.ArgumentParser:
        """A command with --json, whose `run` will be called."""
        added = self._commands.add_parser(name, help=does, description=does)
        added.add_argument("--json", action="store_true", help="answer in JSON, for other programs")
        added.set_defaults(run=run)
        return added


def add_character(parser: argparse.ArgumentParser) -> None:
    """FILE and what corrects what is found in it."""
    parser.add_argument("file", metavar="FILE", help="a character file, or the word `sitter` for the built-in one")
    parser.add_argument("--character", metavar="NAME", help="which one, where a file holds several")
    parser.add_argument("--facing", metavar="AXIS", help="where it looks, if that was found wrongly: -Y, +X …")
    parser.add_argument("--head", metavar="NAME", help="bone or object that is its head, if that was found wrongly")
    parser.add_argument(
        "--eyes", metavar="POINTS", help='where its eyes are, if that was found wrongly: "X,Y,Z X,Y,Z", world space'
    )
    parser.add_argument("--scene", metavar="NAME", help="which scene of a .blend; else the fullest one")
    parser.add_argument(
        "--sitter", action="append", default=[], metavar="KEY=VALUE", help="a feature of the sitter: hair=bob"
    )


def add_plan(parser: argparse.ArgumentParser) -> None:
    """Budget and seed."""
    parser.add_argument("--budget", type=count, metavar="N", help="how many pictures")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed plans other pictures")
    parser.add_argument(
        "--axis",
        action="append",
        default=[],
        metavar="AXIS=NAME,…",
        help="only these settings on an axis, in place of the preset's, each with a weight if wanted: "
        "--axis expression=neutral,happy:3",
    )
    parser.add_argument(
        "--prints-per-take",
        type=count,
        metavar="N",
        help="up to so many pictures of one render, which differ in light and background (as the preset has it)",
    )


def add_photography(parser: argparse.ArgumentParser, trigger_needed: bool) -> None:
    """Everything that decides which pictures are made, and how."""
    parser.add_argument("--preset", default=DEFAULT_PRESET, help=f"a preset's name or YAML file ({DEFAULT_PRESET})")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder, or one to go on in")
    parser.add_argument(
        "--trigger", required=trigger_needed, metavar="WORD", help="the rare word that calls the LoRA: mara_syn"
    )
    add_plan(parser)
    parser.add_argument("--resolution", type=resolution, metavar="PX", help="size of the pictures (1024)")
    parser.add_argument("--samples", type=count, metavar="N", help="render samples; more is finer and slower")
    parser.add_argument("--engine", choices=ENGINES, help="cycles (default) looks best")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto uses a graphics card if it can")
    parser.add_argument(
        "--no-negatives", dest="negatives", action="store_false", help="keep none: saves disk, rules out relighting"
    )
    parser.add_argument("--preview", action="store_true", help="a quick look: small pictures in Workbench")
    parser.add_argument("--backgrounds", metavar="DIR", help="your pictures, for the background setting `folder`")
    add_rights(parser)


def add_words(parser: argparse.ArgumentParser) -> None:
    """Everything that decides the captions."""
    parser.add_argument(
        "--style", choices=(*STYLES, AUTO), help="form of the captions; auto (default): what --base or the preset wants"
    )
    parser.add_argument("--class", dest="class_word", metavar="WORD", help="woman, man, person, robot …")
    parser.add_argument("--age", metavar="WORDS", help='stated in every caption, such as "young woman"')
    parser.add_argument("--ethnicity", metavar="WORDS", help="stated in every caption")
    parser.add_argument("--style-notes", metavar="WORDS", help='last words of every caption (3d render); "" for none')
    parser.add_argument(
        "--identity", action="store_true", default=None, help="also state what never changes: hair, eyes, clothes"
    )
    parser.add_argument(
        "--parts",
        type=parts,
        metavar="PART,…",
        help=f'only these parts, in this order ({", ".join(PARTS)}); "" for the style\'s own',
    )
    parser.add_argument(
        "--template",
        type=template,
        metavar="WORDS",
        help='a form of your own: "{trigger}, {age}, {expression}"; what is empty leaves no comma; "" for none',
    )


def add_captioner(parser: argparse.ArgumentParser) -> None:
    """Whose words are joined with what is known."""
    parser.add_argument(
        "--captioner", metavar="NAME", help="a model that adds what only eyes can tell: blip, …; truth (default): none"
    )
    parser.add_argument("--captioner-model", metavar="PLACE", help="its folder, or OWNER/NAME@COMMIT, for another one")
    parser.add_argument("--captioner-device", metavar="NAME", help="auto (default), cuda, mps or cpu")
    parser.add_argument("--captioner-dtype", metavar="NAME", help="auto (default), bfloat16, float16 or float32")
    parser.add_argument("--captioner-batch", type=count, metavar="N", help="pictures at a time (what memory holds)")
    parser.add_argument("--yes", action="store_true", help="yes to downloading the captioner's weights once")


def captioner(given: argparse.Namespace) -> dict[str, Any]:
    """What was said of the captioner, as fields of a Request; the rest is left out."""
    names = ("model", "device", "dtype", "batch")
    options = {name: value for name in names if (value := getattr(given, f"captioner_{name}")) is not None}
    asked = {"captioner": given.captioner and given.captioner.lower(), "captioner_options": options or None}
    return {name: value for name, value in asked.items() if value is not None}


def add_rights(parser: argparse.ArgumentParser) -> None:
    """Where the character comes from, what the set is for, and why that may be."""
    parser.add_argument(
        "--source",
        type=check_source,
        metavar="PLACE",
        help=f"where the character comes from: {', '.join(source_names())}",
    )
    parser.add_argument("--purpose", choices=PURPOSES, help="private (default): for yourself; publish: for others too")
    parser.add_argument(
        "--reason", type=check_reason, metavar="WORDS", help="why you may publish it all the same; printed in the card"
    )


def rights(given: argparse.Namespace) -> dict[str, Any]:
    """What was said of the rights, as fields of a Request; what was not said is left out."""
    return {
        name: value for name in ("source", "purpose", "reason") if (value := getattr(given, name, None)) is not None
    }


def add_output(parser: argparse.ArgumentParser) -> None:
    """What the finished pictures are like."""
    parser.add_argument(
        "--size", metavar="PX", help="of the finished pictures: 1024, 768 …, or print (as photographed)"
    )
    shapes = "; ".join(f"{name}: {words}" for name, words in TABLE["shapes"].items())
    parser.add_argument("--shape", choices=SHAPES, help=shapes)
    parser.add_argument("--format", choices=FORMATS, help="png loses nothing (default); jpg, webp: quality 95")


def output(given: argparse.Namespace) -> dict[str, Any]:
    """What was asked of the finished pictures; the rest is left out. Raises InputError for a wrong size."""
    asked = {"size": given.size and check_size(given.size), "shape": given.shape, "format": given.format}
    return {name: value for name, value in asked.items() if value is not None}


def add_training(parser: argparse.ArgumentParser) -> None:
    """What it will be trained on, and how often a picture is shown."""
    parser.add_argument(
        "--base",
        type=_base,
        metavar="MODEL",
        help=f"training files for this base model only: {', '.join(bases())}, or all",
    )
    parser.add_argument(
        "--repeats", type=count, metavar="N", help="show each picture so often in an epoch (so that it shows about 400)"
    )


def training(given: argparse.Namespace) -> dict[str, Any]:
    """What was said of the training; the rest is left out."""
    return {name: value for name in ("base", "repeats") if (value := getattr(given, name, None)) is not None}


def _base(text: str) -> str:
    return text.lower() if text.lower() == ALL else check_base(text)


def parts(text: str) -> str:
    """Parts of captions, checked."""
    return ",".join(check_parts(text))


def template(text: str) -> str:
    """A form of captions, checked."""
    if text.strip():
        check_template(text)
    return text.strip()


def finished(outcome: Outcome, console: Console) -> int:
    """Tell what a job has come to; the exit status."""
    console.tell(outcome.to_json())
    return 1 if outcome.failed else 0


def request(given: argparse.Namespace) -> Request:
    """The job that the words ask for."""
    words = ("style", "class_word", "age", "ethnicity", "style_notes", "identity", "parts", "template")
    optional: dict[str, Any] = {name: getattr(given, name, None) or None for name in words} | training(given)
    optional["style"] = None if optional["style"] == AUTO else optional["style"]
    optional["style_notes"] = getattr(given, "style_notes", None)
    if hasattr(given, "captioner"):
        optional |= captioner(given)
    if hasattr(given, "size"):
        optional |= output(given)
    optional["engine"] = given.engine or ("workbench" if given.preview else None)
    optional["resolution"] = given.resolution or (PREVIEW_RESOLUTION if given.preview else None)
    optional["trainers"] = tuple(dict.fromkeys(getattr(given, "trainers", None) or ())) or None
    return Request(
        file=file(given.file),
        preset=given.preset,
        seed=given.seed,
        budget=given.budget,
        axes=axes(given),
        prints_per_take=prints_per_take(given),
        trigger=given.trigger,
        samples=given.samples,
        device=given.device,
        negatives=given.negatives,
        sitter=sitter(given),
        overrides=overrides(given),
        background_folder=given.backgrounds and str(Path(given.backgrounds).resolve()),
        **{name: value for name, value in optional.items() if value is not None},
        **rights(given),
    )


def axes(given: argparse.Namespace) -> dict[str, dict[str, int | float]]:
    """What is switched on, by axis. Raises InputError for an axis or a setting that nobody knows."""
    return dict(parse_axis(text) for text in given.axis)


def prints_per_take(given: argparse.Namespace) -> int | None:
    """How many pictures one render may give. Raises InputError for too many."""
    if given.prints_per_take is not None and given.prints_per_take > MOST_PRINTS:
        raise InputError(f"--prints-per-take {given.prints_per_take}: choose a number from 1 to {MOST_PRINTS}.")
    return None if given.prints_per_take is None else int(given.prints_per_take)


def file(name: str) -> str:
    """A path from the root, so that the job can be run from anywhere; `sitter` stays."""
    return name if name == "sitter" else str(Path(name).resolve())


def overrides(given: argparse.Namespace) -> dict[str, str | None]:
    """Corrections to what is found in the file. Raises InputError for an unknown axis."""
    facing = None if given.facing is None else check_axis(given.facing)
    eyes = None if given.eyes is None else check_eyes(given.eyes)
    values = {"facing": facing, "head": given.head, "character": given.character, "scene": given.scene, "eyes": eyes}
    return {key: value for key, value in values.items() if value is not None or key in ALWAYS}


def sitter(given: argparse.Namespace) -> dict[str, str]:
    """The sitter's parameters, complete. Raises InputError for unknown ones, or another character."""
    pairs = [text.partition("=") for text in given.sitter]
    for key, equals, _value in pairs:
        if not equals:
            raise InputError(f"--sitter {key}: not KEY=VALUE. Write it like hair=bob.")
    if pairs and given.file != "sitter":
        raise InputError(f"--sitter: only for the built-in sitter, not for {given.file}. Leave it out.")
    return resolve({key: value for key, _equals, value in pairs}) if given.file == "sitter" else {}


def count(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def resolution(text: str) -> int:
    """A size in pixels, for argparse."""
    size = count(text)
    if not 64 <= size <= 4096:
        raise argparse.ArgumentTypeError(f"{text} is not a size from 64 to 4096 pixels")
    return size


def trainer_help() -> str:
    """What --for takes, in words."""
    return f"a trainer to package for: {', '.join(trainers())}, or all; may be given more than once"
