# SPDX-License-Identifier: GPL-3.0-or-later
"""One whole job through a real window, with a picture of each state: `python3 scripts/window_test.py [--out DIR]`."""

import sys

import _python

_python.require("scripts/window_test.py")

import _window  # noqa: E402 - only a Python that fits can read it

sys.exit(_window.main())
