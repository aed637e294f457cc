# SPDX-License-Identifier: GPL-3.0-or-later
"""BLIP-2: a picture in a few tokens before a language model's text, which goes on from the prompt."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .hub_model import Generator


class Blip2(Generator):
    """See Family."""

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """See Family."""
        self.processor.tokenizer.padding_side = "left"
        return self.processor(images=pictures, text=[self.prompt] * len(pictures), padding=True, return_tensors="pt")


load = Blip2
