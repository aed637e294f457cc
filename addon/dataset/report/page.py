# SPDX-License-Identifier: GPL-3.0-or-later
"""OUT/report.html: the parts put into the template, with the style and the script inside the page."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from string import Template

from ...common.files import write_text
from .captions import captions
from .coverage import coverage
from .markup import Html, join, tag
from .model import Folder, gather
from .sheet import sheet
from .summary import found, header, places
from .thumbnails import thumbnails

HERE = Path(__file__).parent


def report(out: Path) -> Path:
    """Write OUT/report.html from what is in OUT and return its path; the same files give the same bytes.

    Raises InputError when OUT holds nothing of ours, WorkError when the page can't be written.
    """
    folder = gather(out)
    path = out / "report.html"
    write_text(path, page(folder))
    return path


def page(folder: Folder) -> str:
    """The whole page."""
    script = _asset("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return Template(_asset("template.html")).substitute(
        title=join(f"{folder.name} · Model sheet"),
        policy=(
            "default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; "
            f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        ),
        style=_asset("style.css"),
        script=script,
        header=header(folder),
        sheet=_sheet(folder),
        found=found(folder) or "",
        places=places(folder) or "",
        coverage=_section("coverage", "Coverage", coverage(folder)) if folder.planned else "",
        captions=captions(folder) or "",
    )


def _sheet(folder: Folder) -> Html:
    small = thumbnails([folder.out / picture.path for picture in folder.pictures])
    return _section("sheet", "Contact sheet", sheet(folder, small)) if folder.planned else Html()


def _section(name: str, title: str, content: Html) -> Html:
    return tag("section", tag("h2", title), content, id=name)


def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
