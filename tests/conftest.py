# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: which need Blender, their order, the end of the process, where the real characters lie."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

#: Tests of what never touches Blender: `scripts/test.py` runs them once for each Python and not once for each Blender.
#: There Blender can't be imported, so that nothing gets into this list by mistake, nor into what is tested.
WITHOUT_BLENDER = (
    *("captioners/*", "dataset/*", "test_common_*", "test_farm_*", "test_plan_*", "test_relight_command*"),
    *("test_report_*", "test_scripts_*"),
)


class NoBlender:
    """Among Python's finders of modules: refuses Blender's."""

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> None:
        """None for all other modules: the next finder is asked."""
        if name in {"bpy", "bmesh", "mathutils", "gpu"}:
            raise AssertionError(f"{name} is imported by a test of WITHOUT_BLENDER in tests/conftest.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which tests to run; all without it."""
    words = "only the tests that start Blender, or only those that can do without"
    parser.addoption("--captioning", help="the captioners' environment, for the tests that are marked so")
    parser.addoption("--blender", choices=("with", "without"), help=words)


def pytest_configure(config: pytest.Config) -> None:
    """Keep Blender out where it is not needed; where it is, its bmesh and mathutils are there once bpy is."""
    if config.getoption("--blender") == "without":
        sys.meta_path.insert(0, NoBlender())
    else:
        importlib.import_module("bpy")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the files out that `--blender` leaves out, before anything of them is imported."""
    asked = config.getoption("--blender")
    if asked is None or collection_path.suffix != ".py" or not collection_path.name.startswith("test_"):
        return None
    without = any(collection_path.match(f"{HERE.name}/{pattern}") for pattern in WITHOUT_BLENDER)
    return None if without == (asked == "without") else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that render come last: the quick ones speak first."""
    items.sort(key=lambda item: item.get_closest_marker("render") is not None)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the status for the end of the process."""
    session.config.stash[STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without Python's own ending: Blender 4.5's module can hang or crash in it, after all tests have passed."""
    if "bpy" in sys.modules and STATUS in config.stash:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash[STATUS])


STATUS = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def characters() -> Path:
    """The folder of real characters (beside the checkout, or where MODELSHEET_CHARACTERS says); skips without it."""
    folder = Path(os.environ.get("MODELSHEET_CHARACTERS", ROOT.parent / "shared" / "characters"))
    if not folder.is_dir():
        pytest.skip(f"real characters not found at {folder}")
    return folder
