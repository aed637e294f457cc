# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the scene: rig, head, eyes, facing, body."""
