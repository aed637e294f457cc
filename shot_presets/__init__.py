# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in presets, one YAML file each; a package only so that pip carries the files along."""
