# SPDX-License-Identifier: GPL-3.0-or-later
"""The test script: which tests go where, what runs beside what, and that it ends what hangs and reports what dies."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import _jobs
import _setup
import _test
import pytest
from _jobs import Crew, Job, Result, follow

OPTIONS = argparse.Namespace(fast=False, all=False)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _setup.Environment:
    """This very environment, with a checkout of its own."""
    monkeypatch.setattr(_setup, "ROOT", tmp_path)
    monkeypatch.setattr(_setup.Environment, "python", Path(sys.executable))
    return _setup.Environment("4.5", tmp_path)


def job(title: str, code: str, folder: Path, needs: Job | None = None, quiet: bool = False) -> Job:
    return Job(title, (sys.executable, "-c", code), folder, needs, quiet)


def run(*jobs: Job, hands: int = 2) -> list[Result]:
    with Crew(hands) as crew:
        crew.add(*jobs)
        return [follow(job) for job in jobs]


def run_tests(environment: _setup.Environment, text: str) -> Result:
    (environment.folder / "test_one.py").write_text(text, encoding="utf-8")
    rest = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    (only,) = _test.tests(environment, (3, 11), OPTIONS, rest, plain=True)
    return run(only)[0]


def test_the_closing_line_is_in_output_and_summary(
    environment: _setup.Environment, capfd: pytest.CaptureFixture[str]
) -> None:
    result = run_tests(environment, "def test_it(): pass\n")
    assert result.status == 0
    assert result.words.startswith("1 passed in")
    assert str(result).startswith("passed   tests, Blender 4.5 ")
    assert "1 passed in" in capfd.readouterr().out


def test_a_failure_is_one(environment: _setup.Environment) -> None:
    result = run_tests(environment, "def test_it(): assert False\n")
    assert result.status == 1
    assert "1 failed" in str(result)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to die of")
def test_a_crash_is_named(tmp_path: Path) -> None:
    (result,) = run(job("a", "import os; os.kill(os.getpid(), 11)", tmp_path))
    assert "SIGSEGV" in result.words
    assert str(result).startswith("FAILED")


def test_what_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_jobs, "PATIENCE", 0.3)
    (result,) = run(job("a", "import time; time.sleep(60)", tmp_path))
    assert result.status == 1
    assert result.seconds < 30
    assert "ended after" in result.words


def test_jobs_run_side_by_side_and_speak_one_after_the_other(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    first, second = (job(name, f"import time; print({name!r} * 3); time.sleep(1)", tmp_path) for name in "ab")
    assert [result.status for result in run(first, second)] == [0, 0]
    assert time.monotonic() - begun < 1.9
    assert capfd.readouterr().out == "\na\naaa\n\nb\nbbb\n"


def test_quiet_jobs_show_their_output_only_if_they_fail(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(job("good", "print('x'); print('fine')", tmp_path, quiet=True))
    assert capfd.readouterr().out.splitlines() == [f"passed   {'good':36} fine (0 s)"]
    run(job("bad", "print('x'); raise SystemExit('wrong')", tmp_path, quiet=True))
    said = capfd.readouterr().out.splitlines()
    assert (said[0], said[-1].split()[:3]) == ("x", ["FAILED", "bad", "wrong"])


def test_a_job_waits_for_what_it_needs_and_is_not_run_without(tmp_path: Path) -> None:
    write, read = "open('there', 'w').close()", "import os; raise SystemExit(not os.path.exists('there'))"
    made = job("made", f"import time; time.sleep(0.3); {write}", tmp_path)
    assert [result.status for result in run(made, job("read", read, tmp_path, needs=made))] == [0, 0]
    broken = job("broken", "raise SystemExit(3)", tmp_path)
    results = run(job("late", write, tmp_path / "never", needs=broken), broken)
    assert [result.status for result in results] == [1, 3]
    assert results[0].words == "not run: broken failed"


def test_ctrl_c_ends_what_runs(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Crew(1) as crew:
        crew.add(running := job("a", "import time; print(1, flush=True); time.sleep(60)", tmp_path))
        running.pieces.get()
        raise KeyboardInterrupt
    assert running.result.result().status != 0
    assert time.monotonic() - begun < 30


def test_a_missing_python_is_a_loud_skip(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(_test._python, "find", lambda _version: None)
    result = _test.elsewhere((3, 13), "5.2")
    assert isinstance(result, Result) and result.status is None
    assert "SKIPPED" in capsys.readouterr().out


def test_the_page_is_tested_in_a_browser_once(
    environment: _setup.Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that is there, one that can be fetched, or a loud skip."""
    monkeypatch.setattr(_test._browser, "find", lambda: "/usr/bin/chromium")
    assert pytest_words(_test.in_browser(environment)) == [["--blender", "without", "-m", "browser"]]
    monkeypatch.setattr(_test._browser, "find", lambda: None)
    monkeypatch.setattr(_test._browser, "installer", lambda: ("fetch", "it"))
    fetching, testing = _test.in_browser(environment)
    assert fetching.command == ("fetch", "it") and testing.needs is fetching
    monkeypatch.setattr(_test._browser, "installer", lambda: None)
    (result,) = _test.in_browser(environment)
    assert isinstance(result, Result) and result.status is None
    assert "SKIPPED" in capsys.readouterr().out


def pytest_words(jobs: list[Job]) -> list[list[str]]:
    return [list(job.command[3:]) for job in jobs]


def test_every_test_is_in_one_part_and_words_for_pytest_make_it_one(environment: _setup.Environment) -> None:
    """What `--blender` and the marks leave out of one part is what the next has."""
    whole = _test.tests(environment, (3, 11), OPTIONS, [], plain=True)
    assert pytest_words(whole) == [
        ["--blender", "with", "-m", "not render"],
        ["--blender", "with", "-m", "render"],
        ["--blender", "without", "-m", "not browser and not captioning"],
    ]
    assert whole[2].title == "tests, Python 3.11 without Blender"
    assert pytest_words(_test.tests(environment, (3, 11), OPTIONS, [], plain=False)) == pytest_words(whole)[:2]
    fast = argparse.Namespace(fast=True, all=False)
    assert pytest_words(_test.tests(environment, (3, 11), fast, [], plain=True)) == [
        ["--blender", "with", "-m", "not render"],
        ["--blender", "without", "-m", "not browser and not captioning"],
    ]
    assert pytest_words(_test.tests(environment, (3, 11), fast, ["-k", "x"], plain=True)) == [
        ["-m", "not render", "-k", "x"]
    ]


def test_what_can_not_be_done_here_is_a_loud_skip(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (result,) = run(job("a", f"print('SKIPPED: no network'); raise SystemExit({_jobs.SKIPPED})", tmp_path))
    assert (result.status, result.words) == (None, "no network")
    assert str(result).startswith("SKIPPED  a ")
    assert "no network" in capfd.readouterr().out


def test_a_window_is_tested_where_there_is_one(
    environment: _setup.Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_test._window, "find_blender", lambda _named: ["blender"])
    found = _test.in_window(environment)
    assert isinstance(found, Job) and found.command[-1].endswith("_window_play.py")

    def none(_named: object) -> list[str]:
        raise _test._window.Skipped("no Blender on the PATH.")

    monkeypatch.setattr(_test._window, "find_blender", none)
    result = _test.in_window(environment)
    assert isinstance(result, Result) and result.status is None
    assert "SKIPPED" in capsys.readouterr().out
