# SPDX-License-Identifier: GPL-3.0-or-later
"""The captioners' environment, made by the command that users have, and then their tests in it.

As a script: `_captioning.py FOLDER [WORDS FOR PYTEST ...]`, in an environment that has Modelsheet and the test tools.
Where the libraries can't be had (no network, no torch for this Python) it says so and ends with _jobs.SKIPPED.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from _jobs import SKIPPED

#: Beside the other environments; kept from run to run.
FOLDER = ".venv-captioning"


def main(folder: Path, words: list[str]) -> int:
    """The exit status of pytest, or SKIPPED."""
    # Only what runs this has the package.
    from modelsheet.captioners.environment import READY, look
    from modelsheet.captioners.install import Order, make
    from modelsheet.captioners.installer import NotFetched
    from modelsheet.common.errors import ModelsheetError

    begun = time.monotonic()
    if look(folder).state != READY:
        print(f"Making the environment {folder.name} (torch and transformers) ...", flush=True)
        try:
            make(Order(folder), lambda _event: None)
        except NotFetched as error:
            print(f"SKIPPED: {error}")
            return SKIPPED
        except ModelsheetError as error:
            print(error)
            return 1
        print(f"Made in {time.monotonic() - begun:.0f} s", flush=True)
    command = [sys.executable, "-m", "pytest", "--captioning", str(folder), *words]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
