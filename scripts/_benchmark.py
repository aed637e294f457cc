# SPDX-License-Identifier: GPL-3.0-or-later
"""What `benchmark.py` takes, and how it starts: set up, then `_benchmark_run.py` in the environment's Python."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import _demo
import _python
import _setup

RUN = Path(__file__).with_name("_benchmark_run.py")
SIZES, LIGHTINGS, SAMPLES = (512, 1024), (1, 4, 8), 16
REFERENCE_SAMPLES = 1024
TAKES, FEWEST_TAKES = 500, 20
EPILOG = """
Without --quick, with references to be made for the first time, count hours on a small computer: begin with --quick.
"""


def main() -> int:
    """Exit status: 0 measured, 1 something failed on the way, 2 asked wrongly or no set-up, 130 after Ctrl-C."""
    words = sys.argv[1:]
    given = parse(words)  # complains before anything is set up
    blender = _python.BLENDERS[sys.version_info[:2]][0]
    try:
        with contextlib.redirect_stdout(sys.stderr if given.json else sys.stdout):
            environment = _setup.prepare(blender, sys.executable)
        return _demo.run([str(environment.python), str(RUN), *words])
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say it and end with status 2."""
        self.exit(2, f"{message}. See `{self.prog} --help`.\n")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words of the command, checked; ends the process with status 2 and one line where they are wrong."""
    parser = Parser(
        prog="scripts/benchmark.py",
        description="CPU-seconds, time, memory and quality of a picture: Modelsheet, a plain persistent loop, a fresh "
        "Blender for each picture, and BlenderProc where it is installed, in turn on the same shots.",
        epilog=EPILOG,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--quick", action="store_true", help="256 px, two shots, coarser references: under three minutes")
    what.add_argument(
        "--memory", type=_number, nargs="?", const=TAKES, metavar="N",
        help=f"instead: memory over N takes in one session ({TAKES})",
    )  # fmt: skip
    what.add_argument("--profile", action="store_true", help="instead: where the time of a lora_40 run goes")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--character", default="sitter", metavar="FILE", help="whom to photograph (the sitter)")
    parser.add_argument("--sizes", type=_numbers, metavar="PX,…", help="picture sizes (512,1024; --quick 256)")
    parser.add_argument("--lightings", type=_numbers, default=LIGHTINGS, metavar="N,…", help="how many (1,4,8)")
    parser.add_argument("--shots", type=_number, metavar="N", help="angles and expressions, 1 to 6 (6; --quick 2)")
    parser.add_argument("--samples", type=_number, default=SAMPLES, metavar="N", help=f"a pixel, for all ({SAMPLES})")
    parser.add_argument("--rounds", type=_number, default=1, metavar="N", help="how often; the median counts (1)")
    parser.add_argument(
        "--reference-samples", type=_number, metavar="N",
        help=f"a pixel of the references ({REFERENCE_SAMPLES}; --quick 64)",
    )  # fmt: skip
    parser.add_argument("--judged", type=_number, metavar="N", help="of how many shots there is one (all; --quick 1)")
    parser.add_argument(
        "--references", type=Path, default=_setup.ROOT / "out" / "benchmark", metavar="DIR",
        help="where references are kept for the next time (out/benchmark)",
    )  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="DIR", help="a new folder in which all pictures and logs stay")
    parser.add_argument(
        "--blenderproc", metavar="PYTHON",
        help="the Python in which BlenderProc and bpy are installed (that of the environment)",
    )  # fmt: skip
    given = parser.parse_args(words)
    _complete(parser, given)
    return given


def _complete(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    given.sizes = given.sizes or ((256,) if given.quick else SIZES)
    given.shots = given.shots or (2 if given.quick else 6)
    given.reference_samples = given.reference_samples or (64 if given.quick else REFERENCE_SAMPLES)
    given.judged = min(given.judged or (1 if given.quick else given.shots), given.shots)
    given.character = given.character if given.character == "sitter" else str(Path(given.character).resolve())
    if given.character != "sitter" and not Path(given.character).is_file():
        parser.error(f"{given.character}: no such file. Check the path, or leave --character out for the sitter")
    if not all(64 <= size <= 4096 for size in given.sizes):
        parser.error("--sizes: choose sizes from 64 to 4096")
    if given.shots > 6:
        parser.error(f"--shots {given.shots}: there are 6. Choose a number from 1 to 6")
    if given.memory is not None and given.memory < FEWEST_TAKES:
        parser.error(f"--memory {given.memory}: growth shows over many takes. Choose {FEWEST_TAKES} or more")
    if given.keep is not None and given.keep.is_dir() and any(given.keep.iterdir()):
        parser.error(f"--keep {given.keep}: holds files already. Name a new folder")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65536:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to 65536")
    return int(text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(sorted({_number(part) for part in text.split(",")}))
