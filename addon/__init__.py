# SPDX-License-Identifier: GPL-3.0-or-later
"""Modelsheet: photographs a 3D character into a LoRA-ready dataset.

The same code is `modelsheet` under pip and `bl_ext.<repository>.modelsheet.addon` in Blender,
so every import below this package is relative. Importing the package itself never imports `bpy`.
"""

from .common.version import VERSION as __version__

__all__ = ["__version__", "register", "unregister"]


def register() -> None:
    """Called by Blender when the extension is enabled."""
    from .ui import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the extension is disabled."""
    from .ui import registration

    registration.unregister()
