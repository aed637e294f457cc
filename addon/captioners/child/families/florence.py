# SPDX-License-Identifier: GPL-3.0-or-later
"""Florence-2: the prompt is the name of a task, such as <MORE_DETAILED_CAPTION>."""

from __future__ import annotations

from typing import Any

from PIL import Image

from .hub_model import Generator


class Florence(Generator):
    """See Family."""

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """See Family."""
        return self.processor(images=pictures, text=[self.prompt] * len(pictures), padding=True, return_tensors="pt")


load = Florence
