# SPDX-License-Identifier: GPL-3.0-or-later
"""LLaVA, Idefics3 and others that are asked in words: the question goes through the model's own chat template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jinja2
from PIL import Image

from ....common.errors import InputError
from .hub_model import Generator

#: What is said, and how many pictures with it -> the content of a message.
Form = Callable[[str, int], Any]


class Chat(Generator):
    """See Family."""

    def __init__(self, folder: str, settings: dict[str, Any], device: str, dtype: str) -> None:
        super().__init__(folder, settings, device, dtype)
        self.processor.tokenizer.padding_side = "left"  # all answers begin at the same place
        if self.processor.tokenizer.pad_token is None:
            self.processor.tokenizer.pad_token = self.processor.tokenizer.eos_token
        self._question = question(self.processor, folder, str(settings.get("system") or ""), self.prompt)

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """See Family."""
        nested = [[picture] for picture in pictures]
        return self.processor(
            images=nested, text=[self._question] * len(pictures), padding=True, return_tensors="pt"
        )  # fmt: skip

    def decode(self, answer: Any, prepared: Any) -> Sequence[str]:
        """The texts behind the question."""
        return super().decode(answer[:, prepared["input_ids"].shape[1] :], prepared)


def question(processor: Any, folder: str, system: str, prompt: str) -> str:
    """The prompt in the model's template, with the mark of one picture in it. Raises InputError without a template.

    Templates take what is said as a list of parts with the picture among them, or as text with the picture's place
    decided by the template: what comes out tells which.
    """
    mark = str(getattr(processor, "image_token", None) or "<image>")
    forms: tuple[Form, ...] = (
        lambda text, seen: [*({"type": "image"} for _ in range(seen)), {"type": "text", "text": text}],
        lambda text, _seen: text,
    )
    for form in forms:
        said = [{"role": "system", "content": form(system, 0)}] if system else []
        said.append({"role": "user", "content": form(prompt, 1)})
        try:
            asked = processor.apply_chat_template(said, add_generation_prompt=True, tokenize=False)
        except (jinja2.TemplateError, TypeError):  # not its form, or a role that it does not know
            asked = ""
        except ValueError as error:
            raise InputError(
                f"{folder}: has no chat template, so it can't be asked. Choose a model that was made for chat."
            ) from error
        if prompt in asked and asked.count(mark) == 1:
            return str(asked)
    raise InputError(f"{folder}: its chat template leaves no place for a picture. Choose another captioner.")


load = Chat
