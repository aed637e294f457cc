# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the captioners' tests."""

from captioners.sets import model, rendered

__all__ = ["model", "rendered"]
