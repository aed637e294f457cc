# SPDX-License-Identifier: GPL-3.0-or-later
"""The contact sheet: a card a picture, grouped by one axis; the page's script regroups the same cards by another."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...plan.shots import AXES
from .checks import Marks, badge, remarks
from .markup import Html, join, tag
from .model import Folder, Picture
from .thumbnails import Thumbnail
from .truth import overlay
from .words import count, word

#: The grouping that stands in the page itself and needs no script.
FIRST = "framing"
#: What the switch offers, in the order in which a photographer looks.
GROUPINGS = ("framing", "angle", "expression", "lighting", "pose", "background")


def sheet(folder: Folder, small: Sequence[Thumbnail | None], marks: Marks) -> Html | None:
    """Controls and groups; `small` holds the thumbnails of folder.pictures, in their order."""
    if not folder.pictures:
        return _missing(folder)
    cards = [
        (picture.shot[FIRST], _card(picture, thumb, marks))
        for picture, thumb in zip(folder.pictures, small, strict=True)
    ]
    groups = [
        _group(word("settings", name), [card for group, card in cards if group == name]) for name in folder.order(FIRST)
    ]
    return join(_controls(folder), tag("div", groups, id="groups"), _missing(folder))


def _controls(folder: Folder) -> Html:
    choices = [
        tag(
            "label",
            tag(
                "input",
                type="radio",
                name="grouping",
                value=axis,
                checked=axis == FIRST,
                data_order=_order(folder, axis),
            ),
            tag("span", word("axes", axis)),
        )
        for axis in GROUPINGS
    ]
    marks = [
        ("face", "face"),
        ("head", "head"),
        ("subject", "whole figure"),
        ("seen", "point seen"),
        ("hidden", "point hidden"),
    ]
    legend = [tag("li", tag("i", class_=f"mark {kind}"), name) for kind, name in marks]
    return tag(
        "div",
        tag("fieldset", tag("legend", "Group by"), tag("div", choices, class_="choices"), class_="scripted"),
        tag(
            "label",
            tag("input", type="checkbox", id="truth"),
            tag("span", "Show the truth"),
            class_="switch",
            title="Boxes and key points as the program knows them, drawn over the pictures",
        ),
        tag("ul", legend, class_="legend"),
        class_="controls",
    )


def _order(folder: Folder, axis: str) -> str:
    return json.dumps([[name, word("settings", name)] for name in folder.order(axis)], ensure_ascii=False)


def _group(label: str, cards: Sequence[Html]) -> Html:
    if not cards:
        return Html()
    heading = tag("h3", label, " ", tag("small", len(cards)))
    return tag("section", heading, tag("div", cards, class_="frames"), class_="group")


def _card(picture: Picture, small: Thumbnail | None, marks: Marks) -> Html:
    shot = picture.shot
    notes = [note for axis in ("expression", "pose") if (note := _note(picture, axis))]
    notes += [f"Light adjusted: {', '.join(changed)}."] if (changed := _relit(picture)) else []
    chips = [tag("li", word("settings", shot[axis]), title=word("axes", axis)) for axis in AXES]
    return tag(
        "figure",
        _frame(picture, small),
        tag(
            "figcaption",
            tag("span", f"{shot.number:04d}", " ", badge(marks, picture), class_="number"),
            tag("p", picture.caption, class_="caption", dir="auto") if picture.caption else None,
            tag("ul", chips, class_="chips"),
            remarks(marks, picture),
            [tag("p", note, class_="note") for note in notes],
        ),
        class_=f"card {marks.state(shot.id)}".rstrip(),
        id=f"shot-{shot.id}",
        data_number=shot.number,
        **{f"data_{axis}": shot[axis] for axis in AXES},
    )


def _frame(picture: Picture, small: Thumbnail | None) -> Html:
    if small is None:
        return tag("a", tag("span", "This picture can't be read."), class_="frame broken", href=picture.path)
    image = tag(
        "img",
        src=small.uri,
        alt=picture.caption or ", ".join(word("settings", name) for name in picture.shot.settings),
        width=small.width,
        height=small.height,
        loading="lazy",
        decoding="async",
    )
    kind = "frame transparent" if small.transparent else "frame"
    return tag("a", image, overlay(picture), class_=kind, href=picture.path)


def _note(picture: Picture, axis: str) -> str:
    """What was made instead of a setting that the character can't make exactly; "" where nothing need be said."""
    made = (picture.row.get("made") or {}).get(axis) or {}
    if made.get("exact", True):
        return ""
    method = made.get("method")
    how = "not made" if method == "none" else f"approximated with {word('methods', method)}"
    absent = ", ".join(str(name) for name in made.get("missing") or ())
    return f"{word('axes', axis)} {how}" + (f"; the character lacks {absent}" if absent else "") + "."


def _relit(picture: Picture) -> list[str]:
    """What was changed of the light after the render."""
    relit = picture.row.get("relit") or {}
    changed = [f"exposure {relit['exposure']:+g}"] if relit.get("exposure") else []
    changed += [f"{relit['temperature']:g} K"] if relit.get("temperature") else []
    factors = relit.get("intensity") or {}
    return changed + [f"{word('settings', name)} × {factor:g}" for name, factor in factors.items()]


def _missing(folder: Folder) -> Html | None:
    if not folder.missing:
        return None
    rows = [
        tag(
            "li",
            tag("span", f"{shot.number:04d}", class_="number"),
            " ",
            ", ".join(word("settings", name) for name in shot.settings),
        )
        for shot in folder.missing
    ]
    title = f"{count(len(folder.missing), 'picture')} still to photograph"
    return tag("details", tag("summary", title), tag("ol", rows, class_="columns"), class_="missing")
