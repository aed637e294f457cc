# SPDX-License-Identifier: GPL-3.0-or-later
"""What every family of captioners can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image


@dataclass(frozen=True)
class Said:
    """What is said of one picture: words, and of a tagger how sure it is of each tag (0..1)."""

    text: str
    scores: dict[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """As the event "said" holds it."""
        return {"text": self.text} | ({} if self.scores is None else {"scores": self.scores})


class Family(Protocol):
    """A loaded model."""

    def prepare(self, pictures: list[Image.Image]) -> Any:
        """RGB pictures as the model takes them, in main memory; called in a thread of its own."""

    def speak(self, prepared: Any) -> list[Said]:
        """What the model says of each, in their order."""
