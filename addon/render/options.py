# SPDX-License-Identifier: GPL-3.0-or-later
"""How prints are rendered. Never imports bpy."""

from __future__ import annotations

from dataclasses import dataclass

from ..common.errors import InputError

ENGINES = ("cycles", "eevee", "workbench")
DEVICES = ("auto", "cpu", "gpu")
SMALLEST, LARGEST = 16, 8192
MOST_SAMPLES = 65536


@dataclass(frozen=True)
class RenderOptions:
    """engine: one of ENGINES. resolution: width and height in pixels. samples: per pixel (workbench has its own).

    device: "auto" takes a graphics card that Cycles can use and else the processor, "gpu" insists on one.
    Raises InputError on values out of range.
    """

    engine: str = "cycles"
    resolution: int = 1024
    #: In a close-up at 1024 px the denoised print of 16 samples looks like that of 32, at half the time.
    samples: int = 16
    device: str = "auto"

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise InputError(f"engine {self.engine}: not known. Choose one of {', '.join(ENGINES)}.")
        if self.device not in DEVICES:
            raise InputError(f"device {self.device}: not known. Choose one of {', '.join(DEVICES)}.")
        if not SMALLEST <= self.resolution <= LARGEST:
            raise InputError(f"resolution {self.resolution}: choose one from {SMALLEST} to {LARGEST}.")
        if not 1 <= self.samples <= MOST_SAMPLES:
            raise InputError(f"samples {self.samples}: choose a number from 1 to {MOST_SAMPLES}.")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a print."""
        return self.resolution, self.resolution
