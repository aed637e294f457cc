# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up everything and measure it against other ways: `python3 scripts/benchmark.py --quick`. Python 3.11 or 3.13."""

import sys

import _python

_python.require("scripts/benchmark.py")

import _benchmark  # noqa: E402 - only a Python that fits can read it

sys.exit(_benchmark.main())
