# SPDX-License-Identifier: GPL-3.0-or-later
"""metadata.jsonl as Hugging Face's imagefolder reads it: one line a picture, file_name first."""

from __future__ import annotations

import json
from typing import Any

from ....common.errors import WorkError
from .contents import Contents
from .masks import mask_name

_METADATA = "metadata.jsonl"
#: Of the dataset's own lines: paths there, which are others here, and what imagefolder would make many columns of.
_LEFT_OUT = ("file_name", "mask", "settings")


def metadata(dataset: Contents, images: str, masks: str | None = None) -> bytes:
    """The lines, with the captions as they are now; images, masks: their folders, with /.

    masks None: no column for them. The column is `mask_file_name`, which imagefolder gives as pictures named `mask`.
    """
    rows = [json.loads(line) for line in dataset.read(_METADATA).decode("utf-8").splitlines() if line.strip()]
    known = {row["file_name"]: row for row in rows}
    lines = []
    for picture in dataset.pictures:
        if picture.file not in known:
            raise WorkError(f"{dataset.folder / _METADATA}: says nothing of {picture.file}. Build the set again.")
        row = known[picture.file]
        line: dict[str, Any] = {"file_name": f"{images}{picture.name}"}
        if masks is not None and picture.mask:
            line["mask_file_name"] = f"{masks}{mask_name(picture)}"
        line |= {name: value for name, value in row.items() if name not in _LEFT_OUT}
        line |= {name: value for name, value in (row.get("settings") or {}).items() if name not in line}
        lines.append(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
    return "".join(lines).encode()
