# SPDX-License-Identifier: GPL-3.0-or-later
"""What `window_test.py` does: a real Blender gets the built ZIP, plays through the panels, and its pictures are judged.

Run by `_window.py` with the environment's Python.

The Blender runs on a screen of its own (Xvfb), so nobody's desktop is touched. What happens inside stands in
`_window_inside.py`; the two talk through files in a folder. Without a Blender that has a window, or without Xvfb, the
test is skipped, loudly.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _build
import _python
import _setup
from _window import Skipped, find_blender, parse
from _window_pictures import Fault, judge, read_screen, save_docs

INSIDE = Path(__file__).with_name("_window_inside.py")
#: Seconds for one play in one window, and for a Blender to answer a question.
PATIENCE, ANSWER = 900, 120
#: Width and height of the screens: one as people have it, one on which every panel is open and in sight.
SCREENS = {"newcomer": (1360, 1080), "all": (1100, 4200)}
#: Milliseconds that a drawing or a timer may take at the most, in the middle of all that were measured.
MOST_MS = 5.0
#: Seconds to the first preview picture that are promised, for a character of 10 MB on two cores.
FIRST_PICTURE = 20.0
#: In this order, the first that is there.
CHARACTERS = ("mpfb_human.blend", "rocketbox_male01.fbx", "godette_vrm0.vrm")
SITTER = (
    "import os, sys, bpy; from modelsheet.render.preview import viewport_colours; "
    "from modelsheet.sitter.build import build; build({}); "
    "viewport_colours([o for o in bpy.data.objects if o.type == 'MESH']); "
    "[setattr(b, 'value', 0) for k in bpy.data.shape_keys for b in k.key_blocks[1:]]; "
    "bpy.ops.wm.save_as_mainfile(filepath=sys.argv[1]); sys.stdout.flush(); os._exit(0)"
)
PROBE = (
    "import importlib.util as u, json, sys; print('PROBE ' + json.dumps({'python': sys.version_info[:2], "
    "'libraries': all(u.find_spec(n) for n in ('PIL', 'yaml'))}))"
)


def main() -> int:
    """Exit status: 0 all is well, or skipped; 1 a fault; 2 the set-up failed."""
    given = parse(sys.argv[1:])
    try:
        command = find_blender(given.blender)
        out = given.out or Path(tempfile.mkdtemp(prefix="modelsheet-window-"))
        out = out.resolve()
        out.mkdir(parents=True, exist_ok=True)
        character = given.character or find_character() or sitter_file(out)
        character = sitter_file(out) if str(character) == "sitter" else character
        notes = play(command, out, given.zip, character, given.quick)
        if given.docs is not None:
            for path in save_docs(out, given.docs):
                print(f"Written: {path}")
    except Skipped as reason:
        print(f"SKIPPED: no window was tested: {reason}", flush=True)
        return 0
    except (_setup.SetupError, subprocess.CalledProcessError) as error:
        print(f"The window test can't be set up: {error}", file=sys.stderr)
        return 2
    except Fault as error:
        print(f"FAILED: {error} Pictures and logs: {out}", file=sys.stderr)
        return 1
    print(json.dumps(notes, indent=2) if given.json else told(notes, out))
    return 0


def find_character() -> Path | None:
    """A real character beside the checkout, None for the sitter."""
    folder = Path(os.environ.get("MODELSHEET_CHARACTERS") or _setup.ROOT.parent / "shared" / "characters")
    return next((folder / name for name in CHARACTERS if (folder / name).is_file()), None)


def sitter_file(out: Path) -> Path:
    """The built-in character as an artist's own file."""
    path = out / "sitter.blend"
    subprocess.run([sys.executable, "-c", SITTER, str(path)], check=True, capture_output=True, timeout=ANSWER)
    return path


def play(command: list[str], out: Path, archive: Path | None, character: Path, quick: bool) -> dict[str, Any]:
    """Both windows, one after the other; what was measured. Raises Fault."""
    user = out / "user"
    shutil.rmtree(user, ignore_errors=True)
    archive, wheels = archive_for(command, archive, out)
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(user), "HOME": str(out), "LIBGL_ALWAYS_SOFTWARE": "1"}
    environment.pop("MODELSHEET_PRESETS", None)
    install = [*command, "--command", "extension", "install-file", "-r", "user_default", "-e", str(archive)]
    done = subprocess.run(install, env=environment, capture_output=True, text=True, timeout=ANSWER, check=False)
    if not (user / "extensions" / "user_default" / "modelsheet" / "blender_manifest.toml").is_file():
        raise Fault(f"The ZIP was not installed: {(done.stdout + done.stderr).strip()[-400:]}")
    busy = hasattr(os, "getloadavg") and os.getloadavg()[0] > (os.cpu_count() or 1)
    notes: dict[str, Any] = {"zip": archive.name, "wheels": wheels, "busy": busy}
    shutil.rmtree(out / "set", ignore_errors=True)
    for scene, screen in SCREENS.items():
        notes[scene] = window(command, environment, out, scene, screen, character, quick)
    limits(notes)
    (out / "notes.json").write_text(json.dumps(notes, indent=2), encoding="utf-8")
    return notes


def archive_for(command: list[str], archive: Path | None, out: Path) -> tuple[Path, bool]:
    """The ZIP for this Blender, and whether it holds its wheels.

    A Linux distribution may build Blender with a Python that the official ones don't have, for which we have no
    wheels. Where it brings the libraries itself, the same ZIP without wheels is what is tested, and that is said.
    """
    asked = subprocess.run(
        [*command, "-b", "--factory-startup", "--python-expr", PROBE],
        capture_output=True, text=True, timeout=ANSWER, check=False,
    )  # fmt: skip
    lines = [line.removeprefix("PROBE ") for line in asked.stdout.splitlines() if line.startswith("PROBE ")]
    if not lines:
        raise Skipped(f"{command[0]} runs no Python in the background: {_setup.last_line(asked.stderr)}")
    found = json.loads(lines[0])
    fits = tuple(found["python"]) in _python.BLENDERS
    if archive is not None:
        return archive.resolve(), fits
    python = Path(sys.executable)
    if fits:
        return _build.build(python, ["linux-x64"], out / "zip")[0], True
    if not found["libraries"]:
        raise Skipped(f"{command[0]} has Python {'.'.join(map(str, found['python']))}, for which there are no wheels.")
    print("NOTE: this Blender's Python has no wheels in our ZIP, but brings their libraries: installed without wheels.")
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / "modelsheet"
        _build.lay_out(stage)
        return _build.pack(python, stage, out / "zip")[0], False


def window(
    command: list[str],
    environment: dict[str, str],
    out: Path,
    scene: str,
    screen: tuple[int, int],
    who: Path,
    quick: bool,
) -> dict[str, Any]:
    """One play in one window; its notes. Every picture it asks for is taken and judged. Raises Fault."""
    talk = out / f"talk-{scene}"
    shutil.rmtree(talk, ignore_errors=True)
    talk.mkdir(parents=True)
    plan = {"scene": scene, "talk": str(talk), "set": str(out / "set"), "character": str(who.resolve()), "quick": quick}
    (talk / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    log = out / f"blender-{scene}.log"
    with display(screen, talk) as (name, frame), log.open("wb") as stream:
        words = [*command, "--gpu-backend", "opengl", "-noaudio", "-p", "0", "0", str(screen[0]), str(screen[1])]
        words += ["--python", str(INSIDE), "--", str(talk / "plan.json")]
        child = subprocess.Popen(
            words, env={**environment, "DISPLAY": name}, cwd=talk, stdout=stream, stderr=stream, start_new_session=True
        )
        try:
            serve(child, talk, frame, out, log)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, 9)
            child.wait()
    said = log.read_text(encoding="utf-8", errors="replace")
    if "Traceback" in said:
        raise Fault(f"Blender complained: {said[said.index('Traceback') :][:600]}")
    notes: dict[str, Any] = json.loads((talk / "notes.json").read_text(encoding="utf-8"))
    return notes


def serve(child: subprocess.Popen[bytes], talk: Path, frame: Path, out: Path, log: Path) -> None:
    """Take the pictures that the play asks for, until it is over. Raises Fault."""
    end = time.monotonic() + PATIENCE
    while not (talk / "notes.json").is_file():
        if child.poll() is not None:
            raise Fault(f"Blender ended with status {child.returncode} in the middle. See {log}.")
        if time.monotonic() > end:
            raise Fault(f"The play in the window did not end within {PATIENCE} s. See {log}.")
        for asked in talk.glob("*.ask"):
            told = json.loads(asked.read_text(encoding="utf-8"))
            picture = read_screen(frame)
            picture.save(out / f"{asked.stem}-window.png")
            cut = picture.crop(tuple(told["box"]))
            cut.save(out / f"{asked.stem}.png")
            judge(cut, asked.stem)
            asked.rename(asked.with_suffix(".done"))
        time.sleep(0.05)
    if (talk / "fault").is_file():
        raise Fault((talk / "fault").read_text(encoding="utf-8"))


@contextmanager
def display(size: tuple[int, int], talk: Path) -> Iterator[tuple[str, Path]]:
    """A screen of our own: its name, and the file in which its pixels stand."""
    number = next(number for number in range(70, 200) if not Path(f"/tmp/.X{number}-lock").exists())  # noqa: S108
    frames = talk / "screen"
    frames.mkdir()
    words = ["Xvfb", f":{number}", "-screen", "0", f"{size[0]}x{size[1]}x24", "-nolisten", "tcp", "+extension", "GLX"]
    with (talk / "xvfb.log").open("wb") as log:
        server = subprocess.Popen([*words, "-fbdir", str(frames)], stdout=log, stderr=log)
        try:
            file = frames / "Xvfb_screen0"
            end = time.monotonic() + 10
            while not file.is_file():
                if server.poll() is not None or time.monotonic() > end:
                    raise Skipped(f"Xvfb does not start (see {talk / 'xvfb.log'}).")
                time.sleep(0.1)
            time.sleep(0.5)
            yield f":{number}", file
        finally:
            server.terminate()
            server.wait()


def limits(notes: dict[str, Any]) -> None:
    """Raises Fault where what is promised was not reached; waiting is not judged while other work is done here."""
    for scene in SCREENS:
        for name, row in notes[scene]["callbacks"].items():
            if row["median"] > MOST_MS:
                raise Fault(f"{name} takes {row['median']:.1f} ms, more than {MOST_MS} ms.")
    if notes["busy"]:
        print("NOTE: this computer was at work elsewhere, so the wait for the first picture is told and not judged.")
        return
    first = notes["newcomer"]["first_preview"]
    if first > FIRST_PICTURE:
        raise Fault(f"The first preview picture came after {first:.0f} s, later than {FIRST_PICTURE:.0f} s.")


def told(notes: dict[str, Any], out: Path) -> str:
    """The figures in words."""
    newcomer = notes["newcomer"]
    lines = [f"First preview picture {newcomer['first_preview']:.1f} s after N."]
    lines.append(f"{newcomer['preview_pictures']} preview pictures after {newcomer['whole_preview']:.1f} s.")
    for scene in SCREENS:
        rows = notes[scene]["callbacks"]
        worst = sorted(rows, key=lambda name: -rows[name]["median"])[:4]
        told_rows = ", ".join(f"{name} {rows[name]['median']:.1f} ({rows[name]['most']:.0f})" for name in worst)
        lines.append(f"{scene}: slowest drawings and timers in ms, the middle one (the worst): {told_rows}")
    return "\n".join([*lines, f"Pictures: {out}"])


if __name__ == "__main__":
    sys.exit(main())
