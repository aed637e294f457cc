# SPDX-License-Identifier: GPL-3.0-or-later
"""OUT/report.html: the parts put into the template, with the style and the script inside the page."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from string import Template

from ...common.files import write_text
from .captions import captions
from .checks import checks, read_marks
from .coverage import coverage
from .markup import join, tag
from .model import Folder, gather
from .rendered import rendered
from .sheet import sheet
from .summary import found, header, places
from .terms import terms
from .thumbnails import KEPT, thumbnails

HERE = Path(__file__).parent
#: Nothing from the network, and no script but the one in the page.
POLICY = (
    "default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
    "base-uri 'none'; form-action 'none'"
)


def report(out: Path) -> Path:
    """Write OUT/report.html from what is in OUT and return its path; the same files give the same bytes.

    Raises InputError when OUT holds nothing of ours, WorkError when the page can't be written.
    """
    folder = gather(out)
    path = out / "report.html"
    write_text(path, page(folder))
    return path


def page(folder: Folder) -> str:
    """The whole page; a section with nothing to say is left out."""
    small = thumbnails([folder.out / picture.path for picture in folder.pictures], folder.out / KEPT)
    marks = read_marks(folder.out)
    contents = {
        "Contact sheet": sheet(folder, small, marks),
        "Checks": checks(folder, marks),
        "What was found": found(folder),
        "Coverage": coverage(folder),
        "A rendered set": rendered(folder),
        "Rights": terms(folder),
        "Captions": captions(folder),
        "Where it is": places(folder),
    }
    named = {title.lower().replace(" ", "-"): (title, content) for title, content in contents.items() if content}
    script = _asset("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return Template(_asset("template.html")).substitute(
        title=join(f"{folder.name} · Model sheet"),
        policy=POLICY.format(digest=digest),
        style=_asset("style.css"),
        script=script,
        header=header(folder),
        navigation=tag(
            "nav", [tag("a", title, href=f"#{name}") for name, (title, _) in named.items()], aria_label="Page"
        ),
        main=join(tag("section", tag("h2", title), content, id=name) for name, (title, content) in named.items()),
    )


def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
