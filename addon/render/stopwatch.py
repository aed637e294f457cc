# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time goes: CPU-seconds of this process, all threads, by stage."""

from __future__ import annotations

import time


class Stopwatch:
    """`spent`: stage -> CPU-seconds since the lap before, added up."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.process_time()

    def lap(self, stage: str) -> None:
        """What has passed since the last lap belongs to `stage`."""
        now = time.process_time()
        self.spent[stage] = round(self.spent.get(stage, 0.0) + now - self._last, 4)
        self._last = now
