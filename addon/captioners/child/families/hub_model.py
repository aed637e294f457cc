# SPDX-License-Identifier: GPL-3.0-or-later
"""A model and its processor from a folder, as all families but the taggers have them.

Safetensors only, no program code of the model's own, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoProcessor
from transformers.utils import logging

from ....common.errors import InputError
from .family import Said

_SAFELY = {"local_files_only": True, "trust_remote_code": False}


def load_both(folder: str, device: str, dtype: str) -> tuple[Any, Any]:
    """(model, processor). Raises InputError for a folder whose files do not belong together."""
    logging.disable_progress_bar()
    name = Path(folder).name
    try:
        processor = AutoProcessor.from_pretrained(folder, backend="pil", **_SAFELY)
        model, found = AutoModelForImageTextToText.from_pretrained(
            folder, use_safetensors=True, dtype=getattr(torch, dtype), output_loading_info=True, **_SAFELY
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError, AttributeError) as error:
        words = " ".join(str(error).split())[:200]
        raise InputError(f"{folder}: can't be loaded ({words}). Fetch the model again, or choose another.") from error
    lacking = sorted(found.get("missing_keys") or []) + sorted(str(key) for key in found.get("mismatched_keys") or [])
    if lacking:
        raise InputError(
            f"{folder}: its weights are not whole, or of another model ({lacking[0]} and {len(lacking) - 1} more are "
            f"missing). Fetch {name} again."
        )
    return model.eval().to(device), processor


class Generator:
    """What the families have in common: prepare with a processor, generate, decode. They say how in `ask`."""

    def __init__(self, folder: str, settings: dict[str, Any], device: str, dtype: str) -> None:
        self.model, self.processor = load_both(folder, device, dtype)
        self.prompt = str(settings.get("prompt") or "")
        self._how = {
            "max_new_tokens": int(settings["tokens"]),
            "num_beams": int(settings["beams"]),
            "do_sample": False,
        }
        self._place = (device, getattr(torch, dtype))

    def speak(self, prepared: Any) -> list[Said]:
        """See Family."""
        with torch.inference_mode():
            answer = self.model.generate(**prepared.to(*self._place), **self._how)
        return [Said(self.cleaned(text)) for text in self.decode(answer, prepared)]

    def decode(self, answer: Any, prepared: Any) -> Sequence[str]:
        """The texts in an answer, without what was asked."""
        decoded: Sequence[str] = self.processor.batch_decode(answer, skip_special_tokens=True)
        return decoded

    def cleaned(self, text: str) -> str:
        """Without the words that it was made to begin with, which some models repeat."""
        text = text.strip()
        return text[len(self.prompt) :].strip() if self.prompt and text.startswith(self.prompt) else text
