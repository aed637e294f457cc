# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that make the captioners' environment; install.py says in which order, and when."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..common.errors import WorkError
from ..common.events import Event
from ..common.files import write_text
from . import environment, process
from .environment import pins, python_in

LOG = "modelsheet-captioning.log"
REQUIREMENTS = "requirements.txt"

#: Proves that what was installed works on this machine, and says what it is.
_PROBE = """
import json, torch, transformers, onnxruntime, safetensors, huggingface_hub, PIL, numpy
from transformers import AutoModelForImageTextToText, AutoProcessor
mps = getattr(torch.backends, "mps", None)
print(json.dumps({
    "torch": torch.__version__, "transformers": transformers.__version__, "onnxruntime": onnxruntime.__version__,
    "device": "cuda" if torch.cuda.is_available() else "mps" if mps and mps.is_available() else "cpu",
}))
"""
_MOVED = re.compile(r"Progress (\d+) of (\d+)")
_NAMED = re.compile(r"(?:Downloading|Using cached|Processing) (?:\S*/)?([A-Za-z0-9_.]+?)-\d\S*\.whl")
#: Words of pip's that mean that there was no way to the index.
_NO_NETWORK = (
    "NameResolutionError",
    "NewConnectionError",
    "SSLError",
    "ConnectTimeout",
    "ReadTimeout",
    "Temporary failure",
    "getaddrinfo",
    "ProxyError",
)


class NotFetched(WorkError):
    """pip could not get what it was asked for."""


class Installer:
    """One environment being made. Each step may raise WorkError, or OSError for a disk that does not do as told."""

    def __init__(self, folder: Path, build: str, tell: Callable[[Event], None]) -> None:
        """build: of torch, a name in environment.yaml."""
        self.folder = folder
        self._build = environment.build(build)
        self._tell = tell
        self._words = ""
        self._fetched = 0.0
        self._begun = time.monotonic()

    def empty(self) -> None:
        """Mark the folder as ours before anything lands in it, and clear what a stopped run has left."""
        environment.mark(self.folder, whole=False)
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != environment.STATE:
                entry.unlink()

    def create(self, interpreter: str) -> None:
        """An environment with pip in it."""
        self._step("Making the environment")
        if self._run([interpreter, "-I", "-m", "venv", str(self.folder)])[0]:
            raise WorkError(
                f"{interpreter}: can't make environments. All it said is in {self.folder / LOG}. On Debian or Ubuntu: "
                "sudo apt install python3-venv; elsewhere give --python another, from https://www.python.org."
            )

    def fill(self) -> None:
        """Everything that is pinned; torch first, from where its build is."""
        environment.mark(self.folder, whole=False)
        write_text(self.folder / REQUIREMENTS, "\n".join(environment.requirements()) + "\n")
        self._pip("Fetching the installer", f"pip=={pins()['pip']}")
        if self._build["url"]:
            torch = f"torch=={pins()['requirements']['torch']}"
            self._pip("Fetching torch", torch, "--no-deps", "--index-url", self._build["url"], "--progress-bar", "raw")
        self._pip("Fetching the libraries", "-r", str(self.folder / REQUIREMENTS), "--progress-bar", "raw")

    def prove(self) -> dict[str, Any]:
        """Import it all: a missing system library shows now, and not in the middle of a set. Versions and device."""
        self._step("Trying it out")
        status, said = self._run([str(python_in(self.folder)), "-I", "-X", "utf8", "-c", _PROBE])
        try:
            answer = json.loads(said[-1]) if status == 0 else None
        except (IndexError, ValueError):
            answer = None
        if not isinstance(answer, dict):
            last = said[-1].strip()[:200] if said else "no output"
            raise WorkError(
                f"{self.folder}: was made, but does not work here ({last}). On Windows install Microsoft's "
                "Visual C++ Redistributable and run `modelsheet setup captioning` again; elsewhere try --torch cpu."
            )
        return answer

    def _pip(self, title: str, *words: str) -> None:
        self._step(title)
        # Python compiles what it imports: of torch's thousands of modules that is little.
        how = ["install", "--no-input", "--no-compile", "--disable-pip-version-check", "--only-binary", ":all:"]
        how += ["--retries", "2"]  # of each page; what has come of a file is kept
        status, said = self._run([str(python_in(self.folder)), "-I", "-m", "pip", *how, *words])
        if status:
            raise NotFetched(explain("\n".join(said), self.folder / LOG))

    def _hear(self, line: str) -> None:
        """pip's lines as our steps."""
        if (moved := _MOVED.search(line)) is not None:
            done, size = int(moved[1]) / 1e6, int(moved[2]) / 1e6
            self._progress(self._fetched + done)
            self._fetched += size if done >= size else 0.0
        elif (named := _NAMED.search(line)) is not None:
            self._step(f"Fetching {named[1].replace('_', '-')}")
        elif line.startswith("Installing collected packages"):
            self._step("Installing")

    def _step(self, words: str) -> None:
        self._words = words
        self._progress(self._fetched)

    def _progress(self, done: float) -> None:
        total = max(float(self._build.get("download", 0)), done)
        fetching = done > 1 and self._words.startswith("Fetching")
        left = round((time.monotonic() - self._begun) / done * (total - done)) if fetching else None
        told = {"event": "setting_up", "step": self._words, "done": round(done), "total": round(total)}
        self._tell({**told, "seconds_left": left})

    def _run(self, command: Sequence[str]) -> tuple[int, list[str]]:
        """Run a step with its words in the log; it ends with us. Its exit status and last lines."""
        said: deque[str] = deque(maxlen=200)
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            child = process.start(command, process.plain_environment())
            try:
                assert child.stdout is not None
                for line in child.stdout:
                    if not _MOVED.search(line):
                        log.write(line)
                        said.append(line.rstrip("\n"))
                    self._hear(line)
                child.wait()
            finally:
                process.end(child)
                process.close(child)
        return child.returncode, [line for line in said if line.strip()]


def explain(output: str, log: Path) -> str:
    """What pip's output means, in one line."""
    where = f"All it said is in {log}."
    if "No space left on device" in output or "[Errno 28]" in output:
        return f"The disk is full. Free some space and run the same command; what was fetched is kept. {where}"
    if any(sign in output for sign in _NO_NETWORK):
        return f"The package index can't be reached. Check the network and run the same command again. {where}"
    if "No matching distribution found for torch" in output:
        return f"torch does not come for this system and this Python. Give --python another (3.11 to 3.13). {where}"
    last = next((line.strip() for line in reversed(output.splitlines()) if "ERROR" in line), "it gave no reason")
    return f"pip failed: {last} {where}"
