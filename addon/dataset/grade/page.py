# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation sheet as one page that opens from disk: what was made beside what was learnt, prompt by prompt."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

import numpy as np

from ..prompts import groups
from ..report.markup import Html, join, tag
from ..report.thumbnails import Thumbnail
from ..report.words import count
from .result import Grade, Graded

#: No script, nothing from the network.
POLICY = (
    "default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
#: What the marks are called, and whether they speak against the sample.
MARKS = {
    "like": ("colours of the set", False),
    "copy": ("copy of a training picture", True),
    "unlike": ("other colours than the set", True),
    "leak": ("the character, uncalled", True),
    "plain": ("plain background", True),
    "coloured": ("in colour", True),
    "soft": ("soft", True),
}
OTHERS = "Other prompts"
_REPORT = Path(__file__).parent.parent / "report"


def page(result: Grade, place: Path) -> str:
    """The whole page; place: the folder in which it will lie, from which its links lead."""
    style = (_REPORT / "style.css").read_text(encoding="utf-8") + _style()
    title = result.against.trigger or result.folder.name or "Samples"
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{title} · Evaluation sheet"),
        tag("style", Html(style)),
    )
    body = join(
        tag("header", _header(result, title)),
        tag("main", _said(result), _stages(result), [_group(result, place, *row) for row in _groups(result)]),
    )
    return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang='en')}\n"


def _style() -> str:
    return Path(__file__).with_name("grade.css").read_text(encoding="utf-8")


def _header(result: Grade, title: str) -> Html:
    known = [one.likeness for one in result.samples if one.likeness is not None]
    rows = [
        ("Samples", len(result.samples)),
        ("Prompts", len({one.prompt for one in result.samples})),
        ("Missing prompts", len(result.missing) or None),
        ("Training pictures", len(result.trained)),
        ("Copies", sum("copy" in one.marks for one in result.samples)),
        ("Colour likeness", f"{float(np.median(known)):.0%}" if known else None),
        ("Counts as alike from", f"{result.least:.0%}" if result.least else None),
    ]
    shown = [tag("div", tag("dt", name), tag("dd", value)) for name, value in rows if value is not None]
    return join(
        tag("p", "Evaluation sheet", class_="kicker"),
        tag("h1", title, dir="auto"),
        tag("p", "What the LoRA made, beside what it was trained on.", class_="state"),
        tag("dl", shown, class_="figures"),
    )


def _said(result: Grade) -> Html:
    """What it all says, what is missing and what could not be used."""
    lists = (("Prompts without samples", result.missing), ("Left out", result.left_out))
    return tag(
        "section",
        tag("h2", "What the figures say"),
        tag("ul", [tag("li", line, dir="auto") for line in result.findings], class_="warnings"),
        [
            tag(
                "details",
                tag("summary", f"{title} ({len(lines)})"),
                tag("ul", [tag("li", line, dir="auto") for line in lines], class_="reasons"),
                open=title.startswith("Prompts") and len(lines) <= 6,
            )
            for title, lines in lists
            if lines
        ],
        tag(
            "p",
            "Measured without a model: colours of the subject, sharpness, copies of training pictures, plain "
            "backgrounds. Whether it is the same face, your eyes must say.",
            class_="aside",
        ),
    )


def _stages(result: Grade) -> Html | None:
    if len(result.stages) < 2:
        return None
    head = tag("tr", [tag("th", name, scope="col") for name in ("Stage", "Samples", "Likeness", "Copies", "Soft")])
    rows = []
    for stage in result.stages:
        own = [one for one in result.samples if one.made.stage == stage]
        known = [one.likeness for one in own if one.likeness is not None]
        cells = [
            len(own),
            f"{float(np.mean(known)):.0%}" if known else "–",
            sum("copy" in one.marks for one in own),
            sum("soft" in one.marks for one in own),
        ]
        rows.append(tag("tr", tag("th", stage or "not said", scope="row"), [tag("td", cell) for cell in cells]))
    table = tag("table", tag("thead", head), tag("tbody", rows), class_="stages")
    return tag("section", tag("h2", "By stage of training"), tag("div", table, class_="scroll"))


def _groups(result: Grade) -> Iterable[tuple[str, str, list[int]]]:
    """(heading, question, places of prompts that have samples), in the order of the guide."""
    there = {one.prompt for one in result.samples}
    for name, question in [*groups().items(), ("", "")]:
        places = [place for place, asked in enumerate(result.prompts) if asked.group == name and place in there]
        if places:
            yield (name.capitalize() or OTHERS), question, places


def _group(result: Grade, place: Path, heading: str, question: str, prompts: list[int]) -> Html:
    heading = "Prompts" if heading == OTHERS and not any(one.group for one in result.prompts) else heading
    return tag(
        "section",
        tag("h2", heading, tag("small", f" {question}") if question else None),
        [_prompt(result, place, number) for number in prompts],
    )


def _prompt(result: Grade, place: Path, number: int) -> Html:
    asked = result.prompts[number]
    learnt = [_learnt(result, place, index) for index in result.beside[number]]
    made = result.of_prompt(number)
    return tag(
        "article",
        tag("h3", asked.text, dir="auto", class_="prompt"),
        tag("p", f"Look for {asked.look}.", class_="look") if asked.look else None,
        tag(
            "div",
            tag("div", tag("p", "From the set", class_="side"), tag("div", learnt, class_="frames"), class_="learnt"),
            tag(
                "div",
                tag("p", count(len(made), "sample"), class_="side"),
                tag("div", [_made(result, place, one) for one in made], class_="frames"),
                class_="made",
            ),
            class_="beside",
        ),
        class_="row",
    )


def _learnt(result: Grade, place: Path, index: int) -> Html:
    item = result.trained[index]
    return tag(
        "figure",
        _picture(result.thumbnails.get(index), item.path, place, item.caption or item.path.name),
        tag("figcaption", tag("span", item.path.stem, class_="number")),
        class_="card",
    )


def _made(result: Grade, place: Path, one: Graded) -> Html:
    path = result.folder / one.path
    facts = [one.made.stage, f"{one.size[0]} × {one.size[1]}"]
    if one.likeness is not None:
        facts.append(f"{one.likeness:.0%} like the set")
    shown = [tag("li", MARKS[mark][0], class_="bad" if MARKS[mark][1] else "good") for mark in one.marks]
    copy = "copy" in one.marks and one.nearest is not None and result.thumbnails.get(one.nearest)
    return tag(
        "figure",
        _picture(one.thumbnail, path, place, one.made.prompt or one.path),
        tag(
            "figcaption",
            tag("span", Path(one.path).name, class_="number", dir="auto"),
            tag("p", " · ".join(filter(None, facts)), class_="chips"),
            tag("ul", shown, class_="marks") if shown else None,
            [tag("p", note, class_="note") for note in one.notes],
            tag("details", tag("summary", "Show it"), _picture(copy, None, place, "the training picture"))
            if isinstance(copy, Thumbnail)
            else None,
        ),
        class_="card",
    )


def _picture(small: Thumbnail | None, path: Path | None, place: Path, words: str) -> Html:
    image = (
        tag("img", src=small.uri, alt=words, width=small.width, height=small.height, loading="lazy", decoding="async")
        if small
        else tag("span", "no picture")
    )
    link = None if path is None else _link(path, place)
    return tag("a", image, class_="frame", href=link) if link else tag("span", image, class_="frame")


def _link(path: Path, place: Path) -> str | None:
    """From the page to a file; None where no way leads (another drive)."""
    try:
        return quote(Path(os.path.relpath(path.resolve(), place.resolve())).as_posix())
    except ValueError:
        return None
