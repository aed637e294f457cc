# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: the same words for `modelsheet …` and `blender --command modelsheet …`."""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import job
from .common.errors import InputError, ModelsheetError
from .common.version import VERSION
from .console import Console
from .dataset.caption_options import STYLES
from .dataset.packages import trainers
from .findings import MOST_WIDTH, findings
from .plan.facts import CharacterFacts
from .plan.planner import make_plan
from .plan.presets import list_presets, load_preset
from .plan.table import plan_json, plan_table
from .render.options import DEVICES, ENGINES
from .request import DEFAULT_PRESET, Request
from .sidecar import check_axis
from .sitter.parameters import resolve

PREVIEW_RESOLUTION = 384


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0 done, 1 failed on the way, 2 asked wrongly)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows console may not know every character of a path
            stream.reconfigure(errors="replace")
    try:
        given = _parser().parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
        console = Console(given.json)
        return given.run(given, console)
    except ModelsheetError as error:
        return _fail(str(error), error.exit_status)
    except KeyboardInterrupt:
        return _fail("Stopped. What is done stays; the same command goes on from here.", 1)


def _joined(arguments: Sequence[str]) -> list[str]:
    """`--facing -Y` as `--facing=-Y`: argparse would take the axis for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--facing":
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _fail(message: str, status: int) -> int:
    sys.stderr.write(f"\nmodelsheet: {message}\n" if sys.stderr.isatty() else f"modelsheet: {message}\n")
    return status


class _Parser(argparse.ArgumentParser):
    """Complains in one line, as everything else here does."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}. See `{self.prog} --help`.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="modelsheet", description="Turn a 3D character into a LoRA-ready dataset.")
    parser.add_argument("--version", action="version", version=f"modelsheet {VERSION}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, run: Callable[[argparse.Namespace, Console], int], does: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=does, description=does)
        added.add_argument("--json", action="store_true", help="answer in JSON, for other programs")
        added.set_defaults(run=run)
        return added

    make = command("make", _make, "Photograph, caption and package a character: all of it, in order.")
    _add_character(make)
    _add_photography(make, trigger_needed=True)
    _add_words(make)
    make.add_argument("--for", dest="trainers", action="append", metavar="TRAINER", help=_trainer_help())
    make.add_argument("--repeats", type=_count, default=10, help="how often a trainer repeats each picture (10)")

    render = command("render", _render, "Photograph a character: pictures and what is true of them.")
    _add_character(render)
    _add_photography(render, trigger_needed=False)

    inspect = command("inspect", _inspect, "Say what is found in a character file, and how sure.")
    _add_character(inspect)
    inspect.add_argument("--picture", type=Path, metavar="PNG", help="also draw it there: front, side, what was found")

    command("presets", _presets, "List the presets.")

    plan = command("plan", _plan, "Say what would be photographed, and its coverage, without rendering.")
    plan.add_argument("preset", metavar="PRESET", help="a name from `modelsheet presets`, or a YAML file")
    plan.add_argument("--character", dest="file", metavar="FILE", help="plan for this character")
    _add_plan(plan)

    caption = command("caption", _caption, "Write the captions of a finished job again, in other words.")
    caption.add_argument("out", type=Path, metavar="DIR")
    caption.add_argument("--trigger", metavar="WORD")
    _add_words(caption)

    package = command("package", _package, "Package the dataset of a finished job for a trainer.")
    package.add_argument("out", type=Path, metavar="DIR")
    package.add_argument("--for", dest="trainers", action="append", required=True, metavar="TRAINER")
    return parser


def _add_character(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a character file, or the word `sitter` for the built-in one")
    parser.add_argument("--character", metavar="NAME", help="which one, where a file holds several")
    parser.add_argument("--facing", metavar="AXIS", help="where it looks, if that was found wrongly: -Y, +X …")
    parser.add_argument("--head", metavar="NAME", help="bone or object that is its head, if that was found wrongly")
    parser.add_argument(
        "--sitter", action="append", default=[], metavar="KEY=VALUE", help="a feature of the sitter: hair=bob"
    )


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--budget", type=_count, metavar="N", help="how many pictures")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed plans other pictures")


def _add_photography(parser: argparse.ArgumentParser, trigger_needed: bool) -> None:
    parser.add_argument("--preset", default=DEFAULT_PRESET, help=f"a preset's name or YAML file ({DEFAULT_PRESET})")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder, or one to go on in")
    parser.add_argument(
        "--trigger", required=trigger_needed, metavar="WORD", help="the rare word that calls the LoRA: mara_syn"
    )
    _add_plan(parser)
    parser.add_argument("--resolution", type=_resolution, metavar="PX", help="size of the pictures (1024)")
    parser.add_argument("--samples", type=_count, metavar="N", help="render samples; more is finer and slower")
    parser.add_argument("--engine", choices=ENGINES, help="cycles (default) looks best")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="auto uses a graphics card if it can")
    parser.add_argument("--preview", action="store_true", help="a quick look: small pictures in Workbench")
    parser.add_argument("--backgrounds", metavar="DIR", help="your pictures, for the background setting `folder`")


def _add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--style", choices=STYLES, help="form of the captions (tags)")
    parser.add_argument("--class", dest="class_word", metavar="WORD", help="woman, man, person, robot …")
    parser.add_argument("--age", metavar="WORDS", help='stated in every caption, such as "young woman"')
    parser.add_argument("--ethnicity", metavar="WORDS", help="stated in every caption")
    parser.add_argument("--style-notes", metavar="WORDS", help='last words of every caption (3d render); "" for none')
    parser.add_argument(
        "--identity", action="store_true", default=None, help="also state what never changes: hair, eyes, clothes"
    )


def _make(given: argparse.Namespace, console: Console) -> int:
    return _finished(job.make(_request(given), given.out, console.tell), console)


def _render(given: argparse.Namespace, console: Console) -> int:
    return _finished(job.render(_request(given), given.out, console.tell), console)


def _caption(given: argparse.Namespace, console: Console) -> int:
    names = ("trigger", "style", "class_word", "age", "ethnicity", "style_notes", "identity")
    request = job.change(given.out, **{name: getattr(given, name) for name in names})
    return _finished(job.finish(given.out, request.trainers, console.tell), console)


def _package(given: argparse.Namespace, console: Console) -> int:
    return _finished(job.finish(given.out, tuple(given.trainers), console.tell), console)


def _finished(outcome: job.Outcome, console: Console) -> int:
    console.tell(outcome.to_json())
    return 1 if outcome.failed else 0


def _inspect(given: argparse.Namespace, console: Console) -> int:
    picture = None if given.picture is None else given.picture.absolute()
    loaded = job.inspect(_file(given.file), _overrides(given), _sitter(given), picture)
    answer = {
        "event": "inspected",
        "file": given.file,
        "format": loaded["format"],
        "characters": [loaded["facts"], *loaded["others"]],
        "warnings": loaded["warnings"],
        "parts": loaded["parts"],
        "sidecar": loaded["sidecar"],
        "picture": None if picture is None else str(picture),
    }
    if console.as_json:
        console.say(json.dumps(answer, ensure_ascii=False))
        return 0
    for line in findings(answer, shutil.get_terminal_size((MOST_WIDTH, 24)).columns):
        console.say(line)
    return 0


def _presets(given: argparse.Namespace, console: Console) -> int:
    presets = list_presets()
    if console.as_json:
        console.say(json.dumps([preset.to_json() for preset in presets], ensure_ascii=False))
        return 0
    width = max(len(preset.name) for preset in presets)
    for preset in presets:
        console.say(f"{preset.name:<{width}}  {preset.title}. {preset.description}")
    return 0


def _plan(given: argparse.Namespace, console: Console) -> int:
    preset = load_preset(given.preset)
    facts = CharacterFacts.from_json(job.inspect(_file(given.file), {}, {})["facts"]) if given.file else None
    plan = make_plan(preset, facts, given.seed, given.budget)
    console.say(json.dumps(plan_json(plan), ensure_ascii=False) if console.as_json else plan_table(plan))
    return 0


def _request(given: argparse.Namespace) -> Request:
    words = ("style", "class_word", "age", "ethnicity", "style_notes", "identity", "repeats")
    optional: dict[str, Any] = {name: getattr(given, name, None) for name in words}
    optional["engine"] = given.engine or ("workbench" if given.preview else None)
    optional["resolution"] = given.resolution or (PREVIEW_RESOLUTION if given.preview else None)
    optional["trainers"] = tuple(dict.fromkeys(getattr(given, "trainers", None) or ())) or None
    return Request(
        file=_file(given.file),
        preset=given.preset,
        seed=given.seed,
        budget=given.budget,
        trigger=given.trigger,
        samples=given.samples,
        device=given.device,
        sitter=_sitter(given),
        overrides=_overrides(given),
        background_folder=given.backgrounds and str(Path(given.backgrounds).resolve()),
        **{name: value for name, value in optional.items() if value is not None},
    )


def _file(name: str) -> str:
    return name if name == "sitter" else str(Path(name).resolve())


def _overrides(given: argparse.Namespace) -> dict[str, str | None]:
    facing = None if given.facing is None else check_axis(given.facing)
    return {"facing": facing, "head": given.head, "character": given.character}


def _sitter(given: argparse.Namespace) -> dict[str, str]:
    pairs = [text.partition("=") for text in given.sitter]
    for key, equals, _value in pairs:
        if not equals:
            raise InputError(f"--sitter {key}: not KEY=VALUE. Write it like hair=bob.")
    if pairs and given.file != "sitter":
        raise InputError(f"--sitter: only for the built-in sitter, not for {given.file}. Leave it out.")
    return resolve({key: value for key, _equals, value in pairs}) if given.file == "sitter" else {}


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def _resolution(text: str) -> int:
    size = _count(text)
    if not 64 <= size <= 4096:
        raise argparse.ArgumentTypeError(f"{text} is not a size from 64 to 4096 pixels")
    return size


def _trainer_help() -> str:
    return f"a trainer to package for: {', '.join(trainers())}; may be given more than once"
