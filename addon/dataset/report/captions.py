# SPDX-License-Identifier: GPL-3.0-or-later
"""The captions as one list, to read through and to copy, with what a captioning model said and what was left out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...common.errors import InputError
from ..folder import RECORD
from ..layout import FINAL, read_json
from .markup import Html, join, tag
from .model import Folder, Picture
from .words import word

#: Where words come from, as people read it.
_ORIGINS = {"model": "from the captioning model", "person": "written by a person"}


def captions(folder: Folder) -> Html | None:
    """Every caption with its picture's number; the copy buttons come alive with the page's script."""
    record = _record(folder)
    rows = [_row(picture, record.get(picture.shot.id, {})) for picture in folder.pictures if picture.caption]
    if not rows:
        return None
    return join(
        _about(folder, list(record.values())),
        tag("button", "Copy all captions", type="button", id="copy-all", class_="scripted"),
        tag("ol", rows, class_="captions"),
    )


def _row(picture: Picture, entry: dict[str, Any]) -> Html:
    return tag(
        "li",
        tag("a", f"{picture.shot.number:04d}", href=f"#shot-{picture.shot.id}", class_="number"),
        tag("p", _marked(picture.caption, entry), dir="auto"),
        tag(
            "button",
            "Copy",
            type="button",
            class_="copy scripted",
            aria_label=f"Copy caption {picture.shot.number}",
        ),
        _changed(entry),
        _said(entry),
    )


def _marked(caption: str, entry: dict[str, Any]) -> Html:
    """The caption, with the words marked that are not the program's own."""
    pieces: list[Any] = []
    rest = caption
    for said in _listed(entry, "words"):
        origin, text = str(said.get("origin")), str(said.get("text") or "")
        before, found, after = rest.partition(text) if text else (rest, "", "")
        if origin in _ORIGINS and found:
            pieces += [before, tag("mark", found, class_=origin, title=_ORIGINS[origin])]
            rest = after
        elif found:
            pieces += [before, found]
            rest = after
    return join(pieces, rest)


def _changed(entry: dict[str, Any]) -> Html | None:
    axes = [str(axis) for axis in _listed(entry, "changed_since", str)]
    if not axes:
        return None
    named = " and ".join(word("axes", axis).lower() for axis in axes)
    return tag("div", f"You wrote this before the picture got another {named}. Look it over.", class_="said changed")


def _said(entry: dict[str, Any]) -> Html | None:
    """A model's own words, and each statement that is not in the caption with its reason."""
    spoken = entry.get("spoken")
    if not isinstance(spoken, str):
        return None
    dropped = _listed(entry, "dropped")
    rows = [tag("li", tag("q", str(one.get("text"))), " ", str(one.get("because"))) for one in dropped]
    count = f"{len(rows)} statement{'' if len(rows) == 1 else 's'} left out"
    unfolded = tag("details", tag("summary", count), tag("ul", rows)) if rows else None
    return tag("div", tag("span", f"{entry.get('captioner')} said: “{spoken}”", dir="auto"), unfolded, class_="said")


def _about(folder: Folder, entries: list[dict[str, Any]]) -> Html | None:
    """Which style and why, and how much of a model's words was taken over."""
    chosen = folder.job.get("captions")
    lines = []
    if isinstance(chosen, dict) and chosen.get("style"):
        lines.append(tag("div", f"Style: {chosen['style']}, because {chosen.get('because')}."))
    spoken = [entry for entry in entries if entry.get("spoken")]
    if spoken:
        taken = sum(said.get("origin") == "model" for entry in spoken for said in _listed(entry, "words"))
        why = Counter(_kind(one) for entry in spoken for one in _listed(entry, "dropped"))
        reasons = ", ".join(f"{number} {kind}" for kind, number in why.most_common())
        lines.append(
            tag(
                "div",
                f"{spoken[0]['captioner']} described {len(spoken)} of {len(entries)} pictures. ",
                tag("mark", "Marked", class_="model"),
                f" words are its own: {taken} in all. Left out: {reasons or 'nothing'}.",
            )
        )
    return tag("div", lines, class_="about") if lines else None


def _kind(dropped: dict[str, Any]) -> str:
    because = str(dropped.get("because"))
    kinds = {"contradicts": "false", "says again": "said already", "never changes": "never changing"}
    return next((kind for begun, kind in kinds.items() if because.startswith(begun)), "that can't be held to the truth")


def _record(folder: Folder) -> dict[str, dict[str, Any]]:
    """The manifest's entries by shot id, with the captioner's name; {} before there is a dataset."""
    path = folder.out / FINAL / RECORD
    try:
        data = read_json(path) if path.is_file() else {}
    except InputError:
        return {}
    found = data if isinstance(data, dict) else {}
    captioner = (found.get("captions") or {}).get("captioner") if isinstance(found.get("captions"), dict) else None
    pictures = found.get("pictures")
    return {
        str(entry.get("id")): {**entry, "captioner": captioner or "the model"}
        for entry in (pictures if isinstance(pictures, list) else [])
        if isinstance(entry, dict)
    }


def _listed(entry: dict[str, Any], name: str, kind: type = dict) -> list[Any]:
    found = entry.get(name)
    return [one for one in found if isinstance(one, kind)] if isinstance(found, list) else []
