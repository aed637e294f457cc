# SPDX-License-Identifier: GPL-3.0-or-later
"""One job at a time in a folder, and nobody locked out by one that died."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from modelsheet.common.errors import InputError
from modelsheet.common.lock import LOCK_FILE, alone_in

HOLD = """
import sys
from pathlib import Path
from modelsheet.common.lock import alone_in
with alone_in(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_job_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="another Modelsheet job"), alone_in(tmp_path):
            pass
        first.kill()
        first.wait()
        with alone_in(tmp_path):
            assert (tmp_path / LOCK_FILE).exists()
    if sys.platform != "win32":  # where a file that is open stays
        assert list(tmp_path.iterdir()) == []
