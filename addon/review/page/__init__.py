# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: our HTML, CSS and JavaScript in one document, which asks for nothing but what our server has."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from string import Template

HERE = Path(__file__).parent
#: The scripts in the order in which they build on each other.
SCRIPTS = ("words.js", "data.js", "filter.js", "grid.js", "single.js", "bulk.js", "keys.js", "main.js")
_POLICY = (
    "default-src 'none'; img-src 'self' data:; connect-src 'self'; style-src {style}; script-src {script}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def page() -> str:
    """The whole document."""
    script = "\n".join(_asset(name) for name in SCRIPTS)
    return Template(_asset("template.html")).substitute(
        style=_asset("style.css"), script=f'"use strict";\n(() => {{\n{script}\n}})();\n'
    )


@cache
def policy(text: str) -> str:
    """The Content-Security-Policy under which the document's own style and script run, and nothing else."""
    return _POLICY.format(style=_hash(text, "style"), script=_hash(text, "script"))


def _hash(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    assert found is not None
    return f"'sha256-{base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
