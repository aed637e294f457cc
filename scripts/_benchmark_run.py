# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark itself, in the environment's Python; `benchmark.py` starts it."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import _benchmark
import _benchmark_compare
import _benchmark_memory
import _benchmark_profile
import _benchmark_table
from _benchmark_meter import BenchmarkError, check_system
from modelsheet.common.errors import ModelsheetError


def main() -> int:
    """Exit status: 0 measured, 1 something failed on the way, 2 unusable input, 130 after Ctrl-C."""
    given = _benchmark.parse(sys.argv[1:])
    try:
        check_system()
        with ExitStack() as stack:
            folder = _folder(given.keep, stack)
            if given.memory is not None:
                found, words = _benchmark_memory.measure(given, folder)
            elif given.profile:
                found, words = _benchmark_profile.measure(given, folder)
            else:
                if given.quick:
                    _benchmark_compare.say(QUICK.format(given))
                runs = _benchmark_compare.compare(given, folder)
                found, words = _benchmark_table.summary(runs), _benchmark_table.table(runs)
    except (BenchmarkError, ModelsheetError) as error:
        print(error, file=sys.stderr)
        return error.exit_status if isinstance(error, ModelsheetError) else 1
    except OSError as error:
        print(
            f"{error.filename or 'the disk'}: {error.strerror}. Check the place, or free some space.", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    print(json.dumps(found) if given.json else words)
    return 0


QUICK = (
    "--quick: {0.shots} of 6 angles and expressions, {0.sizes[0]} px, references of {0.reference_samples} samples "
    "for {0.judged} of them, so noisy that the loss comes out too small. Ratios at larger sizes differ, too: there "
    "the samples and the denoiser weigh more."
)


def _folder(keep: Path | None, stack: ExitStack) -> Path:
    """Where pictures and logs lie: the user's folder, or one that goes when all went well."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return keep.resolve()
    folder = Path(tempfile.mkdtemp(prefix="modelsheet-benchmark-"))
    stack.push(lambda kind, _error, _at: shutil.rmtree(folder, ignore_errors=True) if kind is None else None)
    return folder


if __name__ == "__main__":
    sys.exit(main())
