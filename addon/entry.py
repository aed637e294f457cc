# SPDX-License-Identifier: GPL-3.0-or-later
"""Run as a plain script, in Python or in the Blender program: `-- worker` and `-- captioner` are children of ours, or
a command line follows.

Makes the package this file lies in importable as `modelsheet`, whatever it is called where it is installed. So a
Blender that we start needs nothing of the user's settings, which may not be saved yet.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path


def _package() -> None:
    folder = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if not path or Path(path).resolve() != folder]
    sys.path += json.loads(os.environ.get("MODELSHEET_LIBRARIES", "[]"))
    spec = importlib.util.spec_from_file_location(
        "modelsheet", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["modelsheet"] = module
    spec.loader.exec_module(module)


def _run(words: list[str]) -> None:
    if words == ["captioner"]:  # in an environment of its own, where nothing else of ours is
        from modelsheet.captioners.child.serve import main as serve

        serve()
    elif words == ["worker"]:
        from modelsheet.worker import main

        main()
    else:
        from modelsheet.ui.cli_command import run

        sys.exit(run(words))


if __name__ == "__main__":
    _package()
    _run(sys.argv[sys.argv.index("--") + 1 :])
