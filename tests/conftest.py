# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: where the real characters lie."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def characters() -> Path:
    """The folder of real characters (beside the checkout, or where MODELSHEET_CHARACTERS says); skips without it."""
    folder = Path(os.environ.get("MODELSHEET_CHARACTERS", ROOT.parent / "shared" / "characters"))
    if not folder.is_dir():
        pytest.skip(f"real characters not found at {folder}")
    return folder
