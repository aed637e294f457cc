# SPDX-License-Identifier: GPL-3.0-or-later
"""The darkroom: Blender's engines (engine.py), takes to prints (takes.py), and what is true of a print (truth.py)."""
