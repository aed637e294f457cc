# SPDX-License-Identifier: GPL-3.0-or-later
"""For which trainers, under which rights."""

CLASSES: tuple[type, ...] = ()
