# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up everything and check it: `python3 scripts/test.py [--all] [--fast]`. Needs Python 3.11 or 3.13."""

import sys

import _python

_python.require("scripts/test.py")

import _test  # noqa: E402 - only a Python that fits can read it

sys.exit(_test.main())
