# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point of the Blender extension: hands register() and unregister() on from addon/."""

from .addon import register, unregister

__all__ = ["register", "unregister"]
