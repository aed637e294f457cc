# SPDX-License-Identifier: GPL-3.0-or-later
"""What `test.py` does: linters, types, the contract between rooms, then all tests under one Blender or under all."""

from __future__ import annotations

import argparse
import concurrent.futures
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import BinaryIO

import _python
import _setup

#: Seconds after which one environment's tests count as hanging.
PATIENCE = 1800

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


@dataclass(frozen=True)
class Result:
    """One line of the summary. status: 0 passed, None skipped, anything else failed."""

    title: str
    status: int | None
    words: str
    seconds: float = 0.0

    def __str__(self) -> str:
        verdict = {0: "passed", None: "SKIPPED"}.get(self.status, "FAILED")
        return f"{verdict:8} {self.title:28} {self.words} ({self.seconds:.0f} s)"


def main() -> int:
    """Exit status: 0 if nothing failed, 1 if something did, 2 if the set-up failed, 130 after Ctrl-C."""
    options, rest = arguments()
    own = sys.version_info[:2]
    first = _python.BLENDERS[own][0]
    results: list[Result] = []
    if isinstance(sys.stdout, io.TextIOWrapper):  # lines of ours and of pytest's go out in the order in which they come
        sys.stdout.reconfigure(line_buffering=True, errors="replace")
    try:
        environment = _setup.prepare(first, sys.executable, ("test", "lint"))
        results += [check(environment, *row) for row in CHECKS]
        rows: list[_setup.Environment | Result] = [environment]
        if options.all:
            others = [(version, blender) for version in _python.BLENDERS for blender in _python.BLENDERS[version]]
            rows += [elsewhere(*other) for other in others if other != (own, first)]
        results += side_by_side(rows, options, rest)
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print("\nSummary")
    for result in results:
        print(f"  {result}")
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


def check(environment: _setup.Environment, title: str, words: tuple[str, ...]) -> Result:
    """Run one checker; its output is shown only if it complains."""
    start = time.monotonic()
    command = [str(environment.python), *words]
    done = subprocess.run(
        command,
        cwd=_setup.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout)
    result = Result(title, done.returncode, _setup.last_line(done.stdout), time.monotonic() - start)
    print(result)
    return result


def elsewhere(version: tuple[int, int], blender: str) -> _setup.Environment | Result:
    """The environment of another Blender, or why there is none."""
    title = f"tests, Blender {blender}"
    interpreter = _python.find(version)
    if interpreter is None:
        why = "no Python {}.{} found on this machine: install it to test here".format(*version)
        print(f"SKIPPED  {title}: {why}")
        return Result(title, None, why)
    try:
        return _setup.prepare(blender, interpreter, ("test",))
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return Result(title, 1, str(error))


def side_by_side(rows: list[_setup.Environment | Result], options: argparse.Namespace, rest: list[str]) -> list[Result]:
    """The tests of all environments, two at a time: much of a test keeps one processor core busy and leaves the others.

    The first one's output comes as it runs, that of each other one in a piece once it and those before it are done.
    """
    running: list[subprocess.Popen[bytes]] = []
    pages: list[BinaryIO | None] = [None, *(io.BytesIO() for _row in rows[1:])]
    with concurrent.futures.ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        jobs = [
            row if isinstance(row, Result) else pool.submit(tests, row, options, rest, page, running)
            for row, page in zip(rows, pages, strict=True)
        ]
        results = []
        try:
            for job, page in zip(jobs, pages, strict=True):
                results.append(job if isinstance(job, Result) else job.result())
                if isinstance(page, io.BytesIO):
                    sys.stdout.buffer.write(page.getvalue())
                    sys.stdout.flush()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in list(running):
                end(child)
            raise
    return results


def tests(
    environment: _setup.Environment,
    options: argparse.Namespace,
    rest: list[str],
    page: BinaryIO | None = None,
    running: list[subprocess.Popen[bytes]] | None = None,
) -> Result:
    """Run pytest in a child that is ended if it hangs; pass its output on as it comes, to `page` or standard output.

    running: where the child is put down, for who must end it early.
    """
    title = f"tests, Blender {environment.blender}"
    out = page or sys.stdout.buffer
    sys.stdout.flush()
    out.write(f"\n{title}\n".encode())
    command = [str(environment.python), "-m", "pytest", *(["-m", "not render"] if options.fast else []), *rest]
    if sys.stdout.isatty():
        command.append("--color=yes")
    start = time.monotonic()
    child = subprocess.Popen(
        command, cwd=_setup.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    if running is not None:
        running.append(child)
    hanging = threading.Event()

    def give_up() -> None:
        hanging.set()
        end(child)

    alarm = threading.Timer(PATIENCE, give_up)
    alarm.start()
    try:
        closing = pass_on(child, out)
        status = child.wait()
    except BaseException:
        end(child)
        raise
    finally:
        alarm.cancel()
    if hanging.is_set():
        closing = f"ended after {PATIENCE} s without a result"
    elif status < 0:
        closing = f"died of {signal.Signals(-status).name} ({closing})"
    return Result(title, 1 if hanging.is_set() else status, closing, time.monotonic() - start)


def pass_on(child: subprocess.Popen[bytes], out: BinaryIO) -> str:
    """Copy the child's output piece by piece; its last line, without colours and rules."""
    assert child.stdout is not None
    tail = b""
    with child.stdout as stream:
        while piece := os.read(stream.fileno(), 65536):
            out.write(piece)
            out.flush()
            tail = (tail + piece)[-4000:]
    text = re.sub(r"\x1b\[[0-9;]*m", "", tail.decode("utf-8", errors="replace"))
    return _setup.last_line(text).strip("= ")


def end(child: subprocess.Popen[bytes]) -> None:
    """End the child and, where the system has process groups, what it started."""
    if sys.platform == "win32":
        child.kill()
    elif child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
