# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user decides about a captioner's run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..common.errors import InputError

DEVICES = ("auto", "cuda", "mps", "cpu")
DTYPES = ("auto", "bfloat16", "float16", "float32")
MOST_PICTURES = 256
#: Seconds without a sign of life, and without a picture, after which a captioner counts as hanging. A large model on
#: a slow disk takes minutes to load, and one on a slow processor minutes for a picture.
SILENT = 300.0
STUCK = 3600.0


@dataclass(frozen=True)
class Options:
    """Checked on making; raises InputError.

    model: a folder, or OWNER/NAME@COMMIT of the hub, in place of what the table names. device, dtype: where and in
    which numbers it is computed; auto chooses and says so. batch: pictures at a time, None for what memory holds.
    online: a yes to fetching weights that are not here. environment: where it lies, None for the usual place.
    silent, stuck: seconds, see above.
    """

    model: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    batch: int | None = None
    online: bool = False
    environment: Path | None = None
    silent: float = SILENT
    stuck: float = STUCK

    def __post_init__(self) -> None:
        for what, word, known in (("device", self.device, DEVICES), ("dtype", self.dtype, DTYPES)):
            if word not in known:
                raise InputError(f"{what} {word!r}: not known. Choose one of {', '.join(known)}.")
        if self.batch is not None and not 1 <= self.batch <= MOST_PICTURES:
            raise InputError(f"batch {self.batch}: not from 1 to {MOST_PICTURES} pictures. Leave it out.")
