# SPDX-License-Identifier: GPL-3.0-or-later
"""The head of the page and what was found in the character, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from ...plan.shots import takes
from .markup import Html, join, tag
from .model import Folder
from .words import count, direction, size, table, word


def header(folder: Folder) -> Html:
    """Name, progress and the figures of the job."""
    done, planned = len(folder.pictures), len(folder.planned)
    if folder.missing:
        state = f"{done} of {planned} photographed. Run the same command again to go on."
    else:
        state = "Nothing is photographed yet." if not done else f"{count(done, 'picture')}, all that were planned."
    return join(
        tag("p", "Model sheet", class_="kicker"),
        tag("h1", folder.name, dir="auto"),
        tag("p", state, class_="state"),
        tag("progress", value=done, max=planned, aria_label="photographed") if folder.missing else None,
        _pairs(_figures(folder), "figures"),
    )


def _figures(folder: Folder) -> Iterable[tuple[str, Any]]:
    job, pictures = folder.job, folder.pictures
    software = pictures[-1].row.get("software") or {} if pictures else {}
    sizes = sorted({picture.size for picture in pictures})
    yield "Trigger", tag("code", folder.trigger, dir="auto") if folder.trigger else None
    yield "Class", job.get("class_word")
    yield "Preset", job.get("preset")
    yield "Pictures", len(pictures)
    yield "Takes", len(takes(picture.shot for picture in pictures))
    yield "Resolution", ", ".join(f"{width} × {height}" for width, height in sizes) or job.get("resolution")
    engine = [software.get("engine") or job.get("engine"), software.get("device")]
    yield "Engine", ", ".join(word("software", part) for part in engine if part)
    yield "Samples", software.get("samples") or job.get("samples")
    yield "Denoiser", word("software", software.get("denoiser") or "")
    yield "Blender", software.get("blender")
    yield "Seed", job.get("seed")


def found(folder: Folder) -> Html | None:
    """What the character is, what it can do, its licence and every warning."""
    warnings = [*(folder.job.get("warnings") or ()), *folder.problems]
    parts = join(
        _character(folder) if folder.facts else None,
        tag("ul", [tag("li", line, dir="auto") for line in warnings], class_="warnings") if warnings else None,
    )
    return parts or None


def _character(folder: Folder) -> Html:
    facts = folder.facts
    columns = (
        _pairs(_body(facts, folder), "facts"),
        join(_abilities("Expressions", facts.get("expressions")), _abilities("Poses", facts.get("poses"))),
        join(tag("h3", "Licence"), _licence(facts.get("licence"))),
    )
    return tag("div", [tag("div", column) for column in columns if column], class_="columns3")


def _body(facts: dict[str, Any], folder: Folder) -> Iterable[tuple[str, Any]]:
    evidence, head = facts.get("evidence") or {}, facts.get("head") or {}
    kind, body = word("kinds", facts.get("kind") or "other"), word("bodies", facts.get("body") or "full")
    yield "File", PurePath(str(folder.job.get("file") or "").replace("\\", "/")).name
    yield "Character", f"{kind}, {body}, {facts['height']:.2f} m tall" if facts.get("height") else f"{kind}, {body}"
    if facts.get("facing"):
        yield "Faces", _found_by(direction(facts["facing"]), "facing", facts)
    if head.get("height"):
        yield "Head", _found_by(f"{head['height']:.2f} m from chin to crown", "head", facts)
    yield "Eyes", _found_by("found" if facts.get("eyes") else "not found", "eyes", facts)
    yield "Face", None if facts.get("face", True) else "none that could show an expression"
    yield "Rig", facts.get("rig") or "none"
    said = {name: text for name, text in evidence.items() if name not in ("facing", "head", "eyes")}
    for name, text in {**said, **(facts.get("words") or {})}.items():
        yield _titled(name.replace("_", " ")), text


def _found_by(value: str, name: str, facts: dict[str, Any]) -> Html:
    evidence, sure = (facts.get("evidence") or {}).get(name), (facts.get("confidence") or {}).get(name)
    certainty = None if sure is None else f"{sure:.0%} sure"
    detail = "; ".join(str(part) for part in (evidence, certainty) if part)
    return join(value, tag("small", detail) if detail else None)


def _abilities(title: str, abilities: dict[str, Any] | None) -> Html | None:
    """Names under the way in which they are made: exact ones first, those that can't be made last."""
    if not abilities:
        return None
    ways: dict[tuple[int, str], list[str]] = {}
    for name, ability in abilities.items():
        ways.setdefault(_way(ability), []).append(word("settings", name))
    return join(tag("h3", title), _pairs([(way, ", ".join(ways[rank, way])) for rank, way in sorted(ways)], "facts"))


def _way(ability: dict[str, Any]) -> tuple[int, str]:
    """A rank to sort by, and what the way is called."""
    way = word("methods", ability["method"])
    if ability["method"] == "none":
        return 2, _titled(way)
    return (0, _titled(way)) if ability["exact"] else (1, f"Approximated with {way}")


def _licence(licence: dict[str, Any] | None) -> Html:
    if not licence:
        return tag("p", "The file states no licence. Make sure that you may use the character for training.")
    said = {key: _plain(value) for key, value in licence.items() if key != "fields"}
    fields = {key: _plain(value) for key, value in (licence.get("fields") or {}).items()}
    rest = {key: value for key, value in fields.items() if value not in said.values()}
    return _pairs([(_titled(word("licence", key)), value) for key, value in {**said, **rest}.items()], "facts")


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(inner)}" for key, inner in value.items())
    return ", ".join(_plain(inner) for inner in value) if isinstance(value, (list, tuple)) else str(value or "")


def places(folder: Folder) -> Html | None:
    """Links to what lies beside the page, as far as it is there."""
    out = folder.out
    packages = sorted(path for path in (out / "packages").glob("**/*.zip") if path.is_file())
    links = [(path.relative_to(out).as_posix(), f"Package, {size(path.stat().st_size)}") for path in packages]
    links += [(name, text) for name, text in table()["places"].items() if (out / name).exists()]
    if not links:
        return None
    rows = [
        tag("li", tag("a", _shown(out, name), href=quote(_shown(out, name))), tag("span", text)) for name, text in links
    ]
    return tag("ul", rows, class_="places")


def _shown(out: Path, name: str) -> str:
    return f"{name}/" if (out / name).is_dir() else name


def _pairs(rows: Iterable[tuple[str, Any]], kind: str) -> Html:
    """A definition list; rows without a value are left out."""
    shown = [
        tag("div", tag("dt", name), tag("dd", value, dir="auto")) for name, value in rows if value not in (None, "")
    ]
    return tag("dl", shown, class_=kind)
