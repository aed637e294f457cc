# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension as a ZIP: valid by Blender's own checker, complete, and at work after its installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import _build
import bpy
import pytest
from modelsheet.common.version import VERSION

#: Installs argv[1] into the user folder of the environment, uses it and switches it off again.
INSTALL = """
import os, sys, traceback
import bpy
def main():
    bpy.ops.extensions.package_install_files(filepath=sys.argv[1], repo="user_default", enable_on_install=True)
    name = "bl_ext.user_default.modelsheet"
    assert name in bpy.context.preferences.addons, list(bpy.context.preferences.addons.keys())
    assert "make" in dir(bpy.ops.modelsheet)
    assert bpy.context.scene.modelsheet.preset
    command = sys.modules[name + ".addon.ui.cli_command"]
    assert command.run(["presets"]) == 0
    assert command.run(["make", "nobody.vrm", "--trigger", "mara_syn", "--out", "out"]) == 2
    bpy.ops.preferences.addon_disable(module=name)
    assert "make" not in dir(bpy.ops.modelsheet)
    assert not hasattr(bpy.types.Scene, "modelsheet")
try:
    main()
    status = 0
except BaseException:
    traceback.print_exc()
    status = 1
sys.stdout.flush()
sys.stderr.flush()
os._exit(status)
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ZIP without wheels: nothing is fetched, and the libraries are those of this environment."""
    folder = tmp_path_factory.mktemp("extension")
    stage = folder / "modelsheet"
    _build.lay_out(stage)
    (packed,) = _build.pack(Path(sys.executable), stage, folder)
    return packed


def test_the_checkout_itself_is_valid(root: Path) -> None:
    tool = _build.blender_tool(Path(sys.executable))
    _build.run_tool(Path(sys.executable), tool, "validate", str(root))


def test_versions_agree(root: Path) -> None:
    manifest = tomllib.loads((root / _build.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["version"] == VERSION
    assert manifest["id"] == "modelsheet"
    assert bpy.app.version >= tuple(int(part) for part in manifest["blender_version_min"].split("."))


def test_wheels_are_added_where_a_manifest_has_them(root: Path, tmp_path: Path) -> None:
    _build.write_manifest(tmp_path, ["linux-x64"], ["a-1.0-py3-none-any.whl"])
    manifest = tomllib.loads((tmp_path / _build.MANIFEST).read_text(encoding="utf-8"))
    assert manifest.pop("wheels") == ["./wheels/a-1.0-py3-none-any.whl"]
    assert manifest.pop("platforms") == ["linux-x64"]
    assert manifest == tomllib.loads((root / _build.MANIFEST).read_text(encoding="utf-8"))


def test_the_archive_has_all_code_and_tables(archive: Path, root: Path) -> None:
    names = set(zipfile.ZipFile(archive).namelist())
    for folder in ("addon", "shot_presets"):
        wanted = {
            path.relative_to(root).as_posix()
            for path in (root / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
        }
        assert wanted <= names
    assert {"LICENSE", "__init__.py", "blender_manifest.toml"} <= names
    assert not any(name.startswith(("tests/", "scripts/")) or name.endswith(".pyc") for name in names)


def test_it_installs_works_and_goes(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "user").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", INSTALL, str(archive)],
        env=os.environ | {"BLENDER_USER_RESOURCES": str(tmp_path / "user")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lora_40" in done.stdout
    assert "Traceback" not in done.stderr


def test_pip_installs_the_same_code_and_tables(root: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("addon", "shot_presets"):
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", tmp_path, source], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, package in (("addon", "modelsheet"), ("shot_presets", "modelsheet/shot_presets")):
        files = (path for path in (source / folder).rglob("*") if path.is_file() and path.suffix != ".pyc")
        assert {f"{package}/{path.relative_to(source / folder).as_posix()}" for path in files} <= names
