# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands, one file each: add(commands) says its words, run(given, console) does it and returns the status.

COMMANDS is the order in which help lists them.
"""

from . import caption, check, grade, inspect, make, package, plan, presets, rehearse, relight, render, review, setup

COMMANDS = (make, render, inspect, presets, plan, rehearse, relight, caption, review, check, package, grade, setup)
