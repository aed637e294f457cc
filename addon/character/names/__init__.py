# SPDX-License-Identifier: GPL-3.0-or-later
"""What names of bones, shape keys and faces mean, in the schemes of many tools."""
