# SPDX-License-Identifier: GPL-3.0-or-later
"""BLIP: one sentence of a picture, asked with nothing, or with the words that the sentence is to begin with."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .hub_model import Generator


class Blip(Generator):
    """See Family."""

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """See Family."""
        words = {"text": [self.prompt] * len(pictures), "padding": True} if self.prompt else {}
        return self.processor(images=pictures, return_tensors="pt", **words)


load = Blip
