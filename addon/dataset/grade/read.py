# SPDX-License-Identifier: GPL-3.0-or-later
"""What a generated picture says of how it was made. Its metadata is anybody's text: bounded, and never trusted."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from ...common.errors import InputError
from ...common.tables import read_table
from ..intake import MAX_BYTES, MAX_PIXELS, read_bytes, read_caption

#: Letters of a metadata text that are looked at, nodes of a ComfyUI graph, and letters of a prompt.
MOST_TEXT, MOST_NODES, MOST_PROMPT = 1 << 20, 2000, 4000
#: EXIF's UserComment, where A1111 writes its parameters in JPEG and WebP.
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_TEXTS = ("text", "text_g", "text_l", "t5xxl", "clip_l", "string", "prompt", "value", "wildcard_text", "populated_text")


@dataclass(frozen=True)
class Made:
    """prompt: "" where nothing says it. index: of the prompt in the list that the tool was given, from 0, or None.
    stage: how far the training was (`epoch 4`, `step 1200`), or "". how: where the prompt was found. id: the prompt's
    name in the tool's list, or ""."""

    prompt: str
    index: int | None
    stage: str
    how: str
    id: str = ""


@cache
def _names() -> list[dict[str, str]]:
    return read_table(Path(__file__).with_name("names.yaml"), "table").data["names"]


def read_made(path: Path, folder: Path) -> Made:
    """What a picture below `folder` says: its metadata first, then a .txt beside it; its name for index and stage."""
    index, stage, named, name = _named(path.relative_to(folder).as_posix())
    for how, prompt in _said(path, folder):
        if prompt:
            return Made(prompt, index, stage, how, name)
    if named:
        return Made(named, index, stage, "its folder's name", name)
    return Made("", index, stage, "its number" if index is not None else "its name" if name else "", name)


def _said(path: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """(where it was found, prompt or "")."""
    texts = _texts(path, folder)
    yield "A1111's metadata", _a1111(texts.get("parameters", ""))
    yield "ComfyUI's metadata", _comfy(texts.get("prompt", ""))
    for name in ("Description", "sd-metadata", "invokeai_metadata", "Comment"):
        yield f"its {name} field", _json_prompt(texts.get(name, ""))
    beside = path.with_suffix(".txt")
    if beside.is_file():
        try:
            yield "the text beside it", read_caption(beside, folder)[:MOST_PROMPT]
        except InputError:
            yield "", ""


def _texts(path: Path, folder: Path) -> dict[str, str]:
    """The picture's text fields; damaged or oversized ones count as not there."""
    try:
        data = read_bytes(path, MAX_BYTES, folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    return {}
                # Texts before the pixels, where every tool writes them; Pillow's own bounds on them hold.
                found = {name: text for name, text in opened.info.items() if isinstance(text, str)}
                if "parameters" not in found and opened.format in ("JPEG", "WEBP"):
                    found["parameters"] = _user_comment(opened)
    except (InputError, OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
        return {}
    return {str(name): str(text)[:MOST_TEXT] for name, text in found.items()}


def _user_comment(opened: Image.Image) -> str:
    raw = opened.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT, b"")
    if not isinstance(raw, bytes):
        return str(raw)
    head, body = raw[:8], raw[8 : 2 * MOST_TEXT]
    if head.startswith(b"UNICODE"):
        big = body[:1] == b"\0"
        return body.decode("utf-16-be" if big else "utf-16-le", errors="replace")
    return body.decode("utf-8", errors="replace") if head.startswith(b"ASCII") else ""


def _a1111(text: str) -> str:
    """The prompt of `parameters`: everything before the negative prompt or the line of settings."""
    if not text:
        return ""
    lines = []
    for line in text[:MOST_TEXT].splitlines():
        if line.startswith("Negative prompt:") or re.match(r"Steps: \d+", line):
            break
        lines.append(line)
    return _tidy(" ".join(lines))


def _comfy(text: str) -> str:
    """The text that leads to a sampler's `positive`, in the graph that ComfyUI writes."""
    graph = _json(text)
    if not isinstance(graph, dict) or len(graph) > MOST_NODES:
        return ""
    nodes = {str(key): node for key, node in graph.items() if isinstance(node, dict)}
    for node in nodes.values():
        inputs = node.get("inputs")
        if isinstance(inputs, dict) and "positive" in inputs:
            found = _follow(nodes, inputs["positive"])
            if found:
                return _tidy(found)
    encoders = (node for node in nodes.values() if "TextEncode" in str(node.get("class_type")))
    return _tidy(next((found for node in encoders if (found := _own_text(nodes, node, set()))), ""))


def _follow(nodes: dict[str, dict[str, Any]], link: Any, seen: set[str] | None = None) -> str:
    """The text at the end of a link (`["6", 0]`); loops end."""
    seen = set() if seen is None else seen
    if isinstance(link, str):
        return link
    if not isinstance(link, list) or not link or str(link[0]) in seen or len(seen) > 50:
        return ""
    key = str(link[0])
    seen.add(key)
    node = nodes.get(key, {})
    inputs = node.get("inputs")
    if not isinstance(inputs, dict):
        return ""
    own = _own_text(nodes, node, seen)
    if own:
        return own
    onward = ("conditioning", "conditioning_1", "conditioning_to", "positive", "cond")
    return next((found for name in onward if (found := _follow(nodes, inputs.get(name), seen))), "")


def _own_text(nodes: dict[str, dict[str, Any]], node: dict[str, Any], seen: set[str]) -> str:
    inputs = node.get("inputs")
    if not isinstance(inputs, dict):
        return ""
    for name in _TEXTS:
        value = inputs.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, list):
            found = _follow(nodes, value, seen)
            if found:
                return found
    return ""


def _json_prompt(text: str) -> str:
    """The prompt of tools that write JSON (NovelAI, InvokeAI), or a plain description."""
    data = _json(text)
    if isinstance(data, dict):
        prompt = data.get("prompt") or data.get("positive_prompt") or ""
        return _tidy(prompt) if isinstance(prompt, str) else ""
    return "" if text.lstrip()[:1] in ("{", "[") else _tidy(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip()[:1] == "{" else None
    except (ValueError, RecursionError):
        return None


def _named(path: str) -> tuple[int | None, str, str, str]:
    """(index, stage, prompt, the prompt's name) as the names that trainers give their samples say."""
    for row in _names():
        match = re.search(row["match"], path, re.IGNORECASE)
        if match:
            said = match.groupdict()
            stage = next((f"{kind} {int(said[kind])}" for kind in ("epoch", "step") if said.get(kind)), "")
            index = said.get("index")
            return (None if index is None else int(index)), stage, _tidy(said.get("prompt") or ""), said.get("id") or ""
    return None, "", "", ""


def _tidy(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 2 * MOST_PROMPT]).split())[
        :MOST_PROMPT
    ]
