# SPDX-License-Identifier: GPL-3.0-or-later
"""What shall be photographed: axes, settings, presets, coverage, shots. Never imports bpy."""
