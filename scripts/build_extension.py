# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the Blender extension, one ZIP a platform: `python3 scripts/build_extension.py [--out DIR]`."""

import sys

import _python

_python.require("scripts/build_extension.py")

import _build  # noqa: E402 - only a Python that fits can read it

sys.exit(_build.main())
