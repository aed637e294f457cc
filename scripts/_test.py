# SPDX-License-Identifier: GPL-3.0-or-later
"""What `test.py` does: linters, types, the contract between rooms, and all tests, under one Blender or under all.

All of it is jobs that run beside one another (`_jobs.py`), the environments of further Blenders too: the tests of one
run while the next is still being set up. The tests of an environment are several jobs, so that no core waits for the
last one; those that need no Blender run once for each Python.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import _browser
import _captioning
import _python
import _setup
import _window
from _jobs import Crew, Job, Result, follow

#: What is checked once, whatever the Blender: title and what Python is started with.
CHECKS = (
    ("linters", ("-m", "ruff", "check", ".")),
    ("format", ("-m", "ruff", "format", "--check", ".")),
    ("types", ("-m", "mypy")),
    (
        "contract between rooms",
        ("-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo', '--no-cache'])"),
    ),
)

#: The tests of one environment: title and pytest's options (`--blender` is of tests/conftest.py), the longest first.
LOOKING = ("Blender {blender}", ("--blender", "with", "-m", "not render"))
RENDERING = ("Blender {blender}, rendering", ("--blender", "with", "-m", "render"))
PLAIN = ("Python {python} without Blender", ("--blender", "without", "-m", "not browser and not captioning"))
#: Once, in the first environment.
CAPTIONING = ("tests, captioners for real", ("tests/captioners", "--blender", "without", "-m", "captioning"))
IN_WINDOW = "a job in a real window"
IN_BROWSER = ("tests, the review's page in a browser", ("--blender", "without", "-m", "browser"))


def main() -> int:
    """Exit status: 0 if nothing failed, 1 if something did, 2 if the set-up failed, 130 after Ctrl-C."""
    options, rest = arguments()
    own = sys.version_info[:2]
    first = _python.BLENDERS[own][0]
    if isinstance(sys.stdout, io.TextIOWrapper):  # lines of ours and of pytest's go out in the order in which they come
        sys.stdout.reconfigure(line_buffering=True, errors="replace")
    try:
        with Crew() as crew:
            environment = _setup.claim(first)
            others = [elsewhere(*row) for row in (further(own, first) if options.all else [])]
            crew.add(*(row for row in others if isinstance(row, Job)))
            _setup.prepare(first, sys.executable, ("test", "lint", *(() if rest else ("browser",))))
            rows: list[Job | Result] = [
                *checks(environment),
                *([] if rest or options.fast else [captioning(environment)]),
            ]
            rows += tests(environment, own, options, rest, plain=True)
            pythons = {own}
            for row, (version, blender) in zip(others, further(own, first), strict=False):
                rows.append(row)
                if isinstance(row, Job):
                    there = _setup.Environment(blender, _setup.folder_for(blender))
                    rows += tests(there, version, options, rest, plain=version not in pythons, needs=row)
                    pythons.add(version)
            if not rest:
                rows += in_browser(environment)
            if options.all and not rest and not options.fast:
                rows.append(in_window(environment))
            crew.add(*(row for row in rows if isinstance(row, Job) and row not in others))
            results = [follow(row) if isinstance(row, Job) else row for row in rows]
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print("\nSummary")
    for result in results:
        print(f"  {result}")
    if not rest:
        print("  What needs no Blender is tested once for each Python.")
    return 1 if any(result.status for result in results) else 0


def arguments() -> tuple[argparse.Namespace, list[str]]:
    """Our options, and what goes on to pytest as it is."""
    parser = argparse.ArgumentParser(
        prog="scripts/test.py",
        description="Linters, types, the contract between rooms, and all tests. Other arguments go on to pytest.",
    )
    parser.add_argument("--all", action="store_true", help="also under every other Blender whose Python is found")
    parser.add_argument("--fast", action="store_true", help="leave the tests that render out")
    return parser.parse_known_args()


def further(own: tuple[int, int], first: str) -> list[tuple[tuple[int, int], str]]:
    """Python and Blender of every environment but the first."""
    rows = [(version, blender) for version in _python.BLENDERS for blender in _python.BLENDERS[version]]
    return [row for row in rows if row != (own, first)]


def checks(environment: _setup.Environment) -> list[Job]:
    """Each checker as a job; its output is shown only if it complains."""
    python = str(environment.python)
    return [Job(title, (python, *words), _setup.ROOT, quiet=True) for title, words in CHECKS]


def captioning(environment: _setup.Environment) -> Job:
    """The captioners' tests, which make their environment where there is none yet."""
    title, words = CAPTIONING
    script, folder = Path(_captioning.__file__), _setup.ROOT / _captioning.FOLDER
    return Job(title, (str(environment.python), str(script), str(folder), *words), _setup.ROOT)


def in_browser(environment: _setup.Environment) -> list[Job | Result]:
    """The tests of the review's page, with a browser fetched first where there is none and that is ours to do."""
    title, words = IN_BROWSER
    command = (str(environment.python), "-m", "pytest", *words)
    if _browser.find():
        return [Job(title, command, _setup.ROOT)]
    fetching = _browser.installer()
    if fetching is None:
        print(f"SKIPPED  {title}: {_browser.MISSING}")
        return [Result(title, None, _browser.MISSING)]
    browser = Job("a browser for the review's page", fetching, _setup.ROOT, quiet=True)
    return [browser, Job(title, command, _setup.ROOT, browser)]


def in_window(environment: _setup.Environment) -> Job | Result:
    """A whole job through the panels of a Blender with a window, or why there is none."""
    try:
        _window.find_blender(None)
    except _window.Skipped as why:
        print(f"SKIPPED  {IN_WINDOW}: {why}")
        return Result(IN_WINDOW, None, str(why))
    return Job(IN_WINDOW, (str(environment.python), str(_window.PLAY)), _setup.ROOT)


def elsewhere(version: tuple[int, int], blender: str) -> Job | Result:
    """The job that sets another Blender's environment up, or why there is none."""
    interpreter = _python.find(version)
    if interpreter is None:
        why = "no Python {}.{} found on this machine: install it to test here".format(*version)
        print(f"SKIPPED  Blender {blender}: {why}")
        return Result(f"Blender {blender}", None, why)
    command = (sys.executable, str(Path(_setup.__file__)), blender, interpreter, "test")
    return Job(f"environment of Blender {blender}", command, _setup.ROOT, quiet=True)


def tests(
    environment: _setup.Environment,
    version: tuple[int, int],
    options: argparse.Namespace,
    rest: list[str],
    *,
    plain: bool,
    needs: Job | None = None,
) -> list[Job]:
    """The tests of an environment. plain: also those that need no Blender. With words for pytest, all in one job."""
    parts: list[tuple[str, tuple[str, ...]]] = [
        LOOKING,
        *([] if options.fast else [RENDERING]),
        *([PLAIN] if plain else []),
    ]
    if rest:
        parts = [("Blender {blender}", ("-m", "not render") if options.fast else ())]
    elif options.fast:
        parts = [(title, words if "-m" in words else (*words, "-m", "not render")) for title, words in parts]
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    names = {"blender": environment.blender, "python": ".".join(map(str, version))}
    return [
        Job(
            "tests, " + title.format(**names),
            (str(environment.python), "-m", "pytest", *words, *rest, *colour),
            _setup.ROOT,
            needs,
        )
        for title, words in parts
    ]
