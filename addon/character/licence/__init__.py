# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's file says of its use."""
