# SPDX-License-Identifier: GPL-3.0-or-later
"""Making what was imported fit to be photographed."""
