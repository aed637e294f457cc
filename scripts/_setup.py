# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments: made once with pinned libraries, remade when broken, silent when whole. Standard library only.

`.venv` belongs to the Blender that was asked for first; every other Blender gets `.venv-X.Y` beside it. A state file
in the folder says what is installed for which checkout, and what was being installed when a run was killed.

As a script: `_setup.py BLENDER INTERPRETER [GROUP ...]`, so that several can be made beside one another.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
STATE = "modelsheet-setup.json"
LOG = "modelsheet-setup.log"
PROJECT = "project"

#: Where Blender's makers keep the modules that PyPI no longer has.
ARCHIVE = "https://download.blender.org/pypi/"

#: Prints the environment's folder, or fails when something that must be there is not.
PROBE = """
import importlib.util, sys
missing = [name for name in ("bpy", "numpy", "PIL", "yaml", "modelsheet") if importlib.util.find_spec(name) is None]
sys.exit("missing: " + ", ".join(missing)) if missing else print(sys.prefix)
"""


class SetupError(Exception):
    """Why the environment can't be made, as one line with the mend."""


@dataclass(frozen=True)
class Environment:
    """One Blender's environment: the folder, and the Python that runs in it."""

    blender: str
    folder: Path

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def prepare(blender: str, interpreter: str, groups: tuple[str, ...] = ()) -> Environment:
    """The environment for a Blender ("4.5"), made or completed as needed with `requirements/GROUP.txt` of each group.

    Prints a line a step, nothing when everything is there. Raises SetupError.
    """
    environment = Environment(blender, folder_for(blender))
    names = (f"blender-{blender}.txt", "modelsheet.txt", *(f"{group}.txt" for group in groups))
    if not usable(environment):
        make(environment, interpreter)
    complete(environment, {name: REQUIREMENTS / name for name in names}, "-r")
    # Editable, so that a change in the checkout is seen at once.
    complete(environment, {PROJECT: ROOT / "pyproject.toml"}, "--no-deps", "--no-build-isolation", "-e")
    return environment


def complete(environment: Environment, sources: dict[str, Path], *options: str) -> None:
    """Install, at once, the parts of which the state does not say that they are there (part -> its file).

    A kill in the middle leaves the environment marked as `busy`. options: what pip wants before each.
    """
    state = read_state(environment.folder)
    wanted = {part: fingerprint(source) for part, source in sources.items()}
    missing = {part: wanted[part] for part in sources if state["installed"].get(part) != wanted[part]}
    if not missing:
        return
    write_state(environment, state | {"busy": list(missing)})
    places = [ROOT if part == PROJECT else sources[part] for part in missing]
    words = [word for place in places for word in (*options, str(place))]
    try:
        install(environment, f"Installing {', '.join(map(label, missing))}", *words)
    except SetupError:
        write_state(environment, state)  # pip that complains has changed nothing
        raise
    write_state(environment, state | {"installed": state["installed"] | missing})


def claim(blender: str) -> Environment:
    """The environment for a Blender, its folder marked as this one's though it may be empty. Raises SetupError."""
    environment = Environment(blender, folder_for(blender))
    if not read_state(environment.folder):
        mark(environment)
    return environment


def mark(environment: Environment) -> None:
    """Put down whose folder it is, before anything lands in it."""
    try:
        environment.folder.mkdir(parents=True, exist_ok=True)
        write_state(environment, {"blender": environment.blender, "root": str(ROOT)})
    except OSError as error:
        raise SetupError(
            f"{environment.folder}: can't be made ({error.strerror}). Close what uses it, or check its permissions."
        ) from error


def folder_for(blender: str) -> Path:
    """`.venv` if it is this Blender's, or is free; `.venv-X.Y` otherwise."""
    main = ROOT / ".venv"
    foreign = not (main / STATE).exists() and (main / "pyvenv.cfg").exists()
    owner = read_state(main).get("blender", blender)
    return main if owner == blender and not foreign else ROOT / f".venv-{blender}"


def usable(environment: Environment) -> bool:
    """Whether the folder holds an environment of this checkout, at this place, that starts and has what it should."""
    state = read_state(environment.folder)
    if state.get("root") != str(ROOT) or "installed" not in state or "busy" in state:
        return False
    probe = PROBE if PROJECT in state["installed"] else "import sys; print(sys.prefix)"
    try:
        command = [str(environment.python), "-c", probe]
        answer = subprocess.run(command, capture_output=True, text=True, cwd=environment.folder, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == environment.folder.resolve()


def make(environment: Environment, interpreter: str) -> None:
    """An empty environment in a folder that is marked as ours before anything lands in it."""
    folder = environment.folder
    again = (folder / "pyvenv.cfg").exists()
    print(f"{'Making again' if again else 'Making'} the environment {folder.name} (Blender {environment.blender}) ...")
    mark(environment)
    try:
        for entry in folder.iterdir():  # the mark stays: whoever sets up another Blender meanwhile must see it
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != STATE:
                entry.unlink()
    except OSError as error:
        raise SetupError(f"{folder}: can't be emptied ({error.strerror}). Close what uses it.") from error
    create(interpreter, folder)
    write_state(environment, {"blender": environment.blender, "root": str(ROOT), "installed": {}})


def create(interpreter: str, folder: Path) -> None:
    """Python's own part: an environment with pip in it. Raises SetupError."""
    command = [interpreter, "-m", "venv", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if made.returncode != 0:
        raise SetupError(
            f"{interpreter} can't make environments ({last_line(made.stdout + made.stderr)}). "
            "On Debian or Ubuntu: sudo apt install python3-venv; elsewhere take Python from https://www.python.org."
        )


def install(environment: Environment, title: str, *arguments: str) -> None:
    """Run pip, showing the title and the seconds. Its whole output goes to a log in the environment's folder."""
    result = run_pip(environment, title, *arguments)
    if "No matching distribution found for bpy" in result:
        result = run_pip(environment, f"{title}, from Blender's own archive", *arguments, "--extra-index-url", ARCHIVE)
    if result:
        raise SetupError(explain(environment, result))


def run_pip(environment: Environment, title: str, *arguments: str) -> str:
    """Run pip once; the empty string if all went well, its output if not."""
    command = [str(environment.python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--no-compile"]  # Python compiles what it imports: of Blender's thousands of modules that is little
    log = environment.folder / LOG
    with log.open("w", encoding="utf-8") as stream:
        child = subprocess.Popen([*command, *arguments], stdout=stream, stderr=subprocess.STDOUT, cwd=ROOT)
        try:
            wait(child, title)
        except BaseException:
            child.kill()
            child.wait()
            raise
    return "" if child.returncode == 0 else log.read_text(encoding="utf-8", errors="replace")


def wait(child: subprocess.Popen[bytes], title: str) -> None:
    """Until the child ends, show the title and, as they pass on a terminal, the seconds."""
    start = time.monotonic()
    print(f"{title} ...", end="", flush=True)
    while child.poll() is None:
        try:
            child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if sys.stdout.isatty():
                print(f"\r{title} ... {time.monotonic() - start:.0f} s", end="", flush=True)
    print(f"{chr(13) + title + ' ...' if sys.stdout.isatty() else ''} {time.monotonic() - start:.0f} s")


def explain(environment: Environment, output: str) -> str:
    """What pip's output means, in one line."""
    where = f"All of pip's words are in {environment.folder / LOG}."
    if "No matching distribution found for bpy" in output:
        return (
            f"There is no Blender {environment.blender} module for this system. It exists for Windows, Linux (x86-64, "
            f"glibc 2.28 or newer) and macOS (Intel: Blender 4.5 with Python 3.11 only). {where}"
        )
    if "No space left on device" in output:
        return f"The disk is full: an environment takes about 1 GB. Free some space and run the same command. {where}"
    if any(sign in output for sign in ("NewConnectionError", "ConnectTimeout", "Temporary failure", "getaddrinfo")):
        return f"The package index can't be reached. Check the network and run the same command again. {where}"
    return f"pip failed: {last_line(output)} {where}"


def label(name: str) -> str:
    """A requirements file in words."""
    stem = name.removesuffix(".txt")
    if stem.startswith("blender-"):
        return f"Blender {stem.removeprefix('blender-')} as a Python module (about 350 MB to download, 1 GB on disk)"
    names = {
        "modelsheet": "Pillow and PyYAML",
        "test": "the test tools",
        "lint": "linters and types",
        "browser": "what drives a browser",
    }
    return (names | {PROJECT: "Modelsheet itself"}).get(stem, stem)


def fingerprint(path: Path) -> str:
    """Hash of a requirements file and of those it includes."""
    text = path.read_text(encoding="utf-8")
    included = (line.split()[1] for line in text.splitlines() if line.startswith("-r "))
    parts = [text, *(fingerprint(path.parent / name) for name in included)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_state(folder: Path) -> dict[str, Any]:
    """What the state file says; nothing if there is none, or a broken one."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def write_state(environment: Environment, state: dict[str, Any]) -> None:
    """Write the state file whole."""
    part = environment.folder / (STATE + ".part")
    part.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    part.replace(environment.folder / STATE)


def last_line(text: str) -> str:
    """The last line that says something, without pip's own notices."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("[notice]")]
    return lines[-1] if lines else "no output"


if __name__ == "__main__":
    try:
        prepare(sys.argv[1], sys.argv[2], tuple(sys.argv[3:]))
    except SetupError as refusal:
        sys.exit(str(refusal))
