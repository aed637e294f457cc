# SPDX-License-Identifier: GPL-3.0-or-later
"""What `build_extension.py` does: fetch the wheels, lay everything into a folder, let Blender's own tool pack it."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import _python
import _setup

MANIFEST = "blender_manifest.toml"

#: What goes into the extension.
CONTENT = (MANIFEST, "__init__.py", "LICENSE", "README.md", "addon", "shot_presets")

#: Blender's name of a platform -> the wheels that run on it, as pip names them. Not Windows on ARM: PyYAML has no
#: wheel for it and Python 3.11.
PLATFORMS = {
    "linux-x64": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_11_0_arm64",),
    "macos-x64": ("macosx_11_0_x86_64", "macosx_10_15_x86_64", "macosx_10_13_x86_64", "macosx_10_10_x86_64"),
}

#: Libraries that Blender's Python lacks.
BUNDLED = ("pillow", "pyyaml")


def main() -> int:
    """Exit status: 0 done, 1 Blender's tool refused, 2 the set-up or a download failed."""
    parser = argparse.ArgumentParser(prog="scripts/build_extension.py", description="Build the extension's ZIPs.")
    parser.add_argument("--out", type=Path, default=_setup.ROOT / "dist", help="folder for the ZIPs (dist)")
    parser.add_argument("--platform", choices=PLATFORMS, action="append", help="only this one; may be given again")
    options = parser.parse_args()
    try:
        environment = _setup.prepare(_python.BLENDERS[sys.version_info[:2]][0], sys.executable)
        for path in build(environment.python, options.platform or list(PLATFORMS), options.out):
            print(path)
    except _setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"Blender's own tool refused the extension: {error.stdout}", file=sys.stderr)
        return 1
    return 0


def build(python: Path, platforms: list[str], out: Path) -> list[Path]:
    """Write one ZIP for each platform into `out` and return them; `python` is an environment's, with bpy in it."""
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / "modelsheet"
        lay_out(stage)
        wheels = sorted({wheel for platform in platforms for wheel in fetch(python, platform, stage / "wheels")})
        write_manifest(stage, platforms, wheels)
        return pack(python, stage, out, "--split-platforms")


def pack(python: Path, stage: Path, out: Path, *options: str) -> list[Path]:
    """Have Blender's own tool pack a folder into `out`, and check what it made; the ZIPs."""
    tool = blender_tool(python)
    with tempfile.TemporaryDirectory(dir=stage.parent) as fresh:
        run_tool(python, tool, "build", "--source-dir", str(stage), "--output-dir", fresh, *options)
        made = sorted(Path(fresh).glob("*.zip"))
        for path in made:
            run_tool(python, tool, "validate", str(path))
        out.mkdir(parents=True, exist_ok=True)
        return [Path(shutil.move(path, out / path.name)) for path in made]


def run_tool(python: Path, tool: Path, *arguments: str) -> None:
    """Run Blender's tool. Raises CalledProcessError with its words."""
    command = [str(python), str(tool), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def lay_out(stage: Path) -> None:
    """Copy the extension's own files."""
    stage.mkdir()
    for name in CONTENT:
        source = _setup.ROOT / name
        if source.is_dir():
            shutil.copytree(source, stage / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, stage / name)


def fetch(python: Path, platform: str, folder: Path) -> list[str]:
    """Download the wheels of a platform for every Python that Blender brings; their names."""
    pins = [line for line in requirements() if line.split("==")[0].lower() in BUNDLED]
    names: list[str] = []
    for major, minor in _python.BLENDERS:
        if platform == "macos-x64" and (major, minor) > (3, 11):
            continue  # Blender 5.x no longer runs on Intel Macs
        place = folder / f"{platform}-{major}{minor}"
        command = [str(python), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary=:all:", "--implementation=cp", f"--abi=cp{major}{minor}", f"--dest={place}"]
        command += [f"--python-version={major}.{minor}", *(f"--platform={tag}" for tag in PLATFORMS[platform]), *pins]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = _setup.last_line(done.stderr)
            raise _setup.SetupError(f"The wheels for {platform}, Python {major}.{minor} can't be had: {reason}")
        for wheel in sorted(place.glob("*.whl")):
            wheel.replace(folder / wheel.name)
            names.append(wheel.name)
        place.rmdir()
    return names


def requirements() -> list[str]:
    """The pins of what Modelsheet itself needs."""
    lines = (_setup.REQUIREMENTS / "modelsheet.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def write_manifest(stage: Path, platforms: list[str], wheels: list[str]) -> None:
    """The source manifest with what is only known now; top-level keys go before the first table."""
    text = (_setup.ROOT / MANIFEST).read_text(encoding="utf-8")
    head, table, rest = text.partition("\n[permissions]")
    listed = "".join(f'    "./wheels/{name}",\n' for name in wheels)
    named = ", ".join(f'"{platform}"' for platform in platforms)
    added = f"platforms = [{named}]\nwheels = [\n{listed}]\n"
    (stage / MANIFEST).write_text(head + added + table + rest, encoding="utf-8")


def blender_tool(python: Path) -> Path:
    """Blender's own packer and checker of extensions, which lies in the bpy module."""
    found = sorted(python.parent.parent.rglob("bl_pkg/cli/blender_ext.py"))
    if not found:
        raise _setup.SetupError(f"{python}: its Blender has no tool for extensions. Delete the environment, run again.")
    return found[-1]
