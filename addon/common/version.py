# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place that states the version; pyproject.toml reads it and a test holds the manifest to it."""

VERSION = "0.1.0"
