# SPDX-License-Identifier: GPL-3.0-or-later
"""BLIP-2: a picture in a few tokens before a language model's text, which goes on from the prompt."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .hub_model import Generator


class Blip2(Generator):
    """See Family."""

    def __init__(self, folder: str, settings: dict[str, Any], device: str, dtype: str) -> None:
        super().__init__(folder, settings, device, dtype)
        tokenizer, config = self.processor.tokenizer, self.model.config
        tokenizer.padding_side = "left"
        # Models of before these were written down: how many tokens a picture has, and which.
        if self.processor.num_query_tokens is None:
            self.processor.num_query_tokens = config.num_query_tokens
        if config.image_token_index is None:
            config.image_token_index = tokenizer.convert_tokens_to_ids("<image>")

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """See Family."""
        return self.processor(images=pictures, text=[self.prompt] * len(pictures), padding=True, return_tensors="pt")


load = Blip2
