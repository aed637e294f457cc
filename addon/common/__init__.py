# SPDX-License-Identifier: GPL-3.0-or-later
"""What every room stands on: errors, whole files, data tables, the version. Never imports bpy."""
