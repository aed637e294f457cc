# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command costs: CPU-seconds and wall time of it and all that it starts, and their memory at its peak.

CPU-seconds are the system's own account (user and system) of the process and of every child that was waited for.
Memory is the resident memory of the process and all its descendants, added up, looked at ten times a second: pages
that two of them share count twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks at the memory.
PACE = 0.1
#: Seconds after which a run counts as hanging.
PATIENCE = 6 * 3600.0


class BenchmarkError(Exception):
    """Why it can't be measured, as one line with the mend."""


@dataclass(frozen=True)
class Cost:
    """cpu and wall in seconds, memory in bytes; of them start_cpu and start_wall until all was ready to begin."""

    cpu: float
    wall: float
    memory: int
    start_cpu: float = 0.0
    start_wall: float = 0.0


def check_system() -> None:
    """Raises BenchmarkError where a system keeps no account that we can read."""
    if not hasattr(os, "wait4"):
        raise BenchmarkError(
            f"The benchmark reads the system's account of CPU time, which {sys.platform} does not keep for children. "
            "Run it on Linux, on macOS, or in WSL."
        )


def measured(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    hear: Callable[[str, int], None] = lambda _line, _pid: None,
    ready: Callable[[str], bool] = lambda _line: False,
) -> Cost:
    """Run a command to its end, with its errors in `log`; `hear` gets each line of its output, and its process id.

    ready: whether a line of its output says that the start is over; what it and its children had used by then is
    looked up at that moment.

    Raises BenchmarkError if it fails, with its last line.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with log.open("wb") as errors:
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, cwd=log.parent,
            env=None if environment is None else os.environ | dict(environment), encoding="utf-8", errors="replace",
        )  # fmt: skip
        peak = Peak(child.pid)
        alarm = threading.Timer(PATIENCE, child.kill)
        alarm.start()
        heard: list[str] = []
        start = (0.0, 0.0)
        try:
            assert child.stdout is not None
            with child.stdout as lines:
                for line in lines:
                    heard = [*heard[-20:], line]
                    hear(line, child.pid)
                    if start == (0.0, 0.0) and ready(line):
                        start = sum(cpu_of(pid) for pid in family(child.pid)), time.monotonic() - begun
            _pid, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            alarm.cancel()
            peak.stop()
    wall = time.monotonic() - begun
    if child.returncode != 0:
        said = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        words = [*heard, *said]
        last = words[-1].strip() if words else "no output"
        raise BenchmarkError(f"{Path(command[0]).name} failed (status {child.returncode}): {last[:300]}. See {log}.")
    return Cost(usage.ru_utime + usage.ru_stime, wall, max(peak.bytes, _own(usage.ru_maxrss)), *start)


class Peak:
    """Watches the memory of a process and its descendants until stopped."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; `bytes` is final."""
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(PACE):
            self.bytes = max(self.bytes, sum(memory_of(pid) for pid in family(self._pid)))


def family(pid: int) -> list[int]:
    """A process and its descendants. On systems without /proc, those that `ps` knows."""
    found, children = [pid], _children()
    for known in found:
        found += children.get(known, [])
    return found


def memory_of(pid: int) -> int:
    """Resident bytes of a process, 0 when it is gone."""
    if not Path("/proc/self/statm").exists():
        return 1024 * int(_ps("rss=", "-p", str(pid)).strip() or 0)
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def cpu_of(pid: int) -> float:
    """CPU-seconds of a running process so far, without its children; 0 when it is gone."""
    if not Path("/proc/self/stat").exists():
        minutes, _colon, seconds = _ps("time=", "-p", str(pid)).strip().rpartition(":")
        return 60.0 * sum(60**power * int(part) for power, part in enumerate(reversed(minutes.split(":")))) + float(
            seconds or 0
        )
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> dict[int, list[int]]:
    rows = _proc_parents() if Path("/proc/self/stat").exists() else _ps_parents()
    children: dict[int, list[int]] = {}
    for pid, parent in rows:
        children.setdefault(parent, []).append(pid)
    return children


def _proc_parents() -> list[tuple[int, int]]:
    rows = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                text = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:  # gone meanwhile
                continue
            rows.append((int(folder.name), int(text.rpartition(")")[2].split()[1])))
    return rows


def _ps_parents() -> list[tuple[int, int]]:
    rows = (line.split() for line in _ps("pid=,ppid=", "-A").splitlines())
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]


def _ps(columns: str, *which: str) -> str:
    return subprocess.run(
        ["/bin/ps", "-o", columns, *which], capture_output=True, text=True, check=False
    ).stdout  # fmt: skip


def _own(maxrss: int) -> int:
    """The largest single process, by the system's own account: in kilobytes on Linux, in bytes on macOS."""
    return maxrss if sys.platform == "darwin" else maxrss * 1024
