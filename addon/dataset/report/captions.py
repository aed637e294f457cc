# SPDX-License-Identifier: GPL-3.0-or-later
"""The captions as one list, to read through and to copy."""

from __future__ import annotations

from .markup import Html, join, tag
from .model import Folder


def captions(folder: Folder) -> Html | None:
    """Every caption with its picture's number; the copy buttons come alive with the page's script."""
    rows = [
        tag(
            "li",
            tag("a", f"{picture.shot.number:04d}", href=f"#shot-{picture.shot.id}", class_="number"),
            tag("p", picture.caption, dir="auto"),
            tag(
                "button",
                "Copy",
                type="button",
                class_="copy scripted",
                aria_label=f"Copy caption {picture.shot.number}",
            ),
        )
        for picture in folder.pictures
        if picture.caption
    ]
    if not rows:
        return None
    return join(
        tag("button", "Copy all captions", type="button", id="copy-all", class_="scripted"),
        tag("ol", rows, class_="captions"),
    )
