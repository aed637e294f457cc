# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m modelsheet …` is the `modelsheet` command."""

import sys

from .cli import main

sys.exit(main())
