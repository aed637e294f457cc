# SPDX-License-Identifier: GPL-3.0-or-later
"""The photographer's room: where the camera stands (camera.py) and how it is lit (lights.py)."""
