# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of caption words, read once."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from ..common.tables import read_table

WORDS = MappingProxyType(read_table(Path(__file__).with_name("caption_words.yaml")).data)
