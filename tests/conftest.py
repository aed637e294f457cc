# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: the order of the tests, the end of the process, where the real characters lie."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
