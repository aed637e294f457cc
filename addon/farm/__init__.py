# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs the takes: one warm Blender here (many machines come with a later version). Never imports bpy."""
