# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in the captioners' own environment, in a process of its own: the only code that imports model libraries.

`serve` is its door, which entry.py calls. Of the rest of the package only what needs no library but Pillow and numpy
may be imported here.
"""
