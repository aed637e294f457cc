# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up everything and photograph the built-in sitter: `python3 scripts/demo.py`. Needs Python 3.11 or 3.13."""

import sys

import _python

_python.require("scripts/demo.py")

import _demo  # noqa: E402 - only a Python that fits can read it

sys.exit(_demo.main())
