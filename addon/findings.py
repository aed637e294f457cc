# SPDX-License-Identifier: GPL-3.0-or-later
"""What was found in a character file, as people read it: one line, or a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .dataset.report.words import direction
from .plan.facts import SURE

Facts = dict[str, Any]

BODIES = {"full": "full body", "bust": "head and shoulders", "head": "head only"}
KINDS = {"humanoid": "humanoid", "other": "not a humanoid, photographed as it is"}
#: How sure, in words: from which confidence on.
CERTAINTIES = ((0.9, "sure"), (0.7, "fairly sure"), (SURE, "probably"), (0.0, "NOT sure"))
#: Widths of the table: its first columns, and all of it.
LABEL, VALUE, CERTAIN = 13, 16, 20
LEAST_WIDTH, MOST_WIDTH = 80, 100
#: Lines of evidence in the table; --json has all of it.
MOST_DETAIL = 2
#: How a setting is made: the mark before it.
MARKS = {"exact": "= made exactly", "approximated": "~ approximated", "none": "- not possible"}
SILENT = "The file states no licence; make sure that you may use it for training."


def describe_character(facts: Facts) -> str:
    """One line: what was found, and how sure."""
    kind = "" if facts["kind"] == "humanoid" else " (not a humanoid: photographed as it is)"
    made = [name for name, ability in facts["expressions"].items() if ability["method"] not in ("none", "head_only")]
    sure = min(facts["confidence"][about] for about in ("facing", "head"))
    face = "a face" if facts["face"] else "no face"
    expressions = f"{len(made)} expression{'' if len(made) == 1 else 's'}"
    return f"Found {facts['name']}: {BODIES[facts['body']]}{kind}, {face}, {expressions}, {round(100 * sure)} % sure."


def describe_licence(licence: Facts | None) -> str:
    """One line: whose it is, and what its terms forbid and ask for."""
    if not licence:
        return SILENT
    who = f" by {licence['author']}" if licence.get("author") else ""
    what = _short(licence.get("name") or licence.get("copyright") or licence.get("url") or "stated", 60)
    terms = [f"{verb} {', '.join(licence[key])}" for key, verb in VERBS if licence.get(key)]
    return f"Licence: {what}{_short(who, 50)} ({licence['source']})" + "".join(f"; {term}" for term in terms) + "."


VERBS = (("forbids", "forbids"), ("asks", "asks for"))


def findings(answer: Facts, width: int) -> Iterator[str]:
    """The lines of `inspect`'s table: `answer` is what its --json prints; `width` the letters of a line."""
    width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
    characters = answer["characters"]
    several = len(characters) > 1
    yield f"{Path(answer['file']).name}: {answer['format']}, {len(characters)} character{'s' if several else ''}"
    if answer.get("sidecar"):
        yield f"Corrected by {Path(answer['sidecar']).name}"
    for number, facts in enumerate(characters):
        yield ""
        chosen = "" if not several else "  (photographed)" if number == 0 else f"  (--character {facts['name']!r})"
        yield f"{facts['name']}{chosen}"
        for label, value, certain, detail in _rows(facts):
            yield from _row(label, value, certain, detail, width)
    yield ""
    yield f"{'':{LABEL + 2}}{'   '.join(MARKS.values())}"
    for warning in answer["warnings"]:
        yield from textwrap.wrap(f"note: {warning}", width, subsequent_indent="      ")
    if answer.get("picture"):
        yield f"Picture: {answer['picture']}"


def _rows(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """(label, value, how sure, detail)."""
    evidence = facts["evidence"]
    rows = {
        "kind": f"{KINDS[facts['kind']]}, {BODIES[facts['body']]}, {facts['height']:.3g} m tall",
        "facing": direction(facts["facing"]).replace("−", "-"),
        "head": f"{facts['head']['height']:.3g} m high",
        "eyes": "found" if facts["eyes"] else "not found",
    }
    for about, value in rows.items():
        yield about, value, _certainty(facts["confidence"].get(about)), evidence.get(about, "")
    yield "rig", facts["rig"], "", ""
    if not facts["face"]:
        yield "face", "none that could show an expression", "", ""
    for axis in ("expressions", "poses"):
        lines = list(_abilities(facts[axis]))
        for number, line in enumerate(lines or ["none"]):
            yield ("" if number else axis), line, "", ""
    yield from _licence(facts)
    if facts.get("words"):
        yield "words", ", ".join(f"{name}: {text}" for name, text in facts["words"].items()), "", ""


def _abilities(abilities: Facts) -> Iterator[str]:
    """What can be made: exact ones first, then each way of approximating, then those that can't be."""
    ways: dict[str, list[str]] = {}
    for name, ability in abilities.items():
        method = ability["method"]
        ways.setdefault("-" if method == "none" else "=" if ability["exact"] else f"~{method}", []).append(name)
    for way in sorted(ways, key=lambda way: ("=~-".index(way[0]), way)):
        said = f"  (by {way[1:].replace('_', ' ')})" if way[1:] else ""
        yield f"{way[0]} {', '.join(ways[way])}{said}"


def _licence(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    licence, where = facts.get("licence"), facts["evidence"].get("licence", "")
    if not licence:
        yield "licence", "none stated", "", where
        return
    rows = [licence.get("name"), licence.get("copyright"), licence.get("url")]
    said = [_short(text, 200) for text in dict.fromkeys(rows) if text]
    by = [f"author: {_short(licence['author'], 100)}"] if licence.get("author") else []
    terms = [f"{verb}: {', '.join(licence[key])}" for key, verb in VERBS if licence.get(key)]
    for number, line in enumerate([*by, *said, *terms, where]):
        yield ("" if number else "licence"), line, "", ""


def _row(label: str, value: str, certain: str, detail: str, width: int) -> Iterable[str]:
    """One row on as many lines as it needs; what is longer than its column moves the rest to the next line."""
    head = f"  {label:<{LABEL}}"
    if not certain and not detail:
        return textwrap.wrap(value, width, initial_indent=head, subsequent_indent=" " * (len(head) + 2))
    first = f"{head}{value:<{VALUE}}  {certain:<{CERTAIN}}"
    if len(value) > VALUE:
        first = f"{head}{value}{'  ' if certain else ''}{certain}"
    indent = " " * (len(head) + VALUE + 2)
    lines = textwrap.wrap(detail, width - len(indent), max_lines=MOST_DETAIL, placeholder=" …")
    if not lines:
        return [first.rstrip()]
    if len(value) <= VALUE and len(first) + len(lines[0]) <= width and len(lines) == 1:
        return [first + lines[0]]
    return [first.rstrip(), *(indent + line for line in lines)]


def _certainty(sure: float | None) -> str:
    if not sure:
        return ""
    words = next(words for least, words in CERTAINTIES if sure >= least)
    return f"{words}, {round(100 * sure)} %"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
