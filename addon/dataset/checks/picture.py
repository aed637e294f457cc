# SPDX-License-Identifier: GPL-3.0-or-later
"""One picture through every check that it alone can answer; what the whole set must answer is measured on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from ...common.errors import InputError
from ...plan.facts import CharacterFacts
from ..intake import open_picture, read_caption, read_head
from .backdrops import backdrop_gap
from .captioned import caption_findings
from .colours import colourless, magenta
from .edges import halo, softness
from .entry import Entry
from .exposure import exposure, melting
from .face import face_contrast, face_findings
from .finding import Finding, certain, judge
from .grain import fireflies, noise
from .likeness import Print, fingerprint
from .presence import cut_off, presence
from .sample import SOLID, Sample, sample
from .sharpness import edge_widths
from .sources import background_of, with_caption

#: Stored modes that every trainer reads as it should, and those that lose or change colours.
_GOOD_MODES = ("RGB", "RGBA")
_GREY_MODES = ("L", "LA", "1")
#: How far within the outline blur is looked for, so that the outline itself does not count.
INSIDE = 4


@dataclass
class Looked:
    """A picture that was looked at: its findings so far, and what the set needs of it. light: see exposure.py."""

    entry: Entry
    findings: list[Finding] = field(default_factory=list)
    size: tuple[int, int] | None = None
    light: tuple[float, float, float] | None = None
    likeness: Print | None = None
    grey: bool = False


def look(entry: Entry, facts: CharacterFacts | None) -> Looked:
    """Look at one picture. Never raises for what is wrong with it: that is a finding."""
    entry, fault = captioned(entry)
    looked = Looked(entry, caption_findings(entry, fault))
    opened = _opened(looked)
    if opened is None:
        return looked
    drawn = _print(looked)
    plain = background_of(entry) is not None
    seen = sample(opened, _alpha(entry, drawn, opened.size), plain)
    looked.findings += _form(entry, looked.size or opened.size)
    looked.grey = colourless(seen)
    masks = _masks(seen)
    there = presence(seen, masks)
    looked.findings += there
    if any(finding.severity == "bad" for finding in there):
        return looked
    looked.findings += _cut(entry, seen, drawn, facts) + _whole(entry, seen) + face_findings(entry, facts)
    looked.findings += _pixels(seen) + _edges(drawn, opened)
    looked.light = exposure(seen)
    looked.findings += judge("dark", looked.light[0] if looked.light else None) + judge("melting", melting(seen))
    looked.likeness = fingerprint(seen)
    return looked


def captioned(entry: Entry) -> tuple[Entry, str | None]:
    """The entry with its caption, and why that could not be read."""
    if entry.caption is None or not entry.caption.is_file():
        return with_caption(entry, ""), None
    try:
        return with_caption(entry, read_caption(entry.caption, within=entry.folder)), None
    except InputError as error:
        return with_caption(entry, ""), _reason(error, entry.caption)


def _opened(looked: Looked) -> Image.Image | None:
    """The picture in RGB or RGBA, and findings on how it is stored."""
    entry = looked.entry
    try:
        head = read_head(entry.picture, within=entry.folder)
        picture = open_picture(entry.picture, within=entry.folder)
    except InputError as error:
        looked.findings += certain("unreadable", fault=_reason(error, entry.picture))
        return None
    looked.size = picture.size
    if head.mode not in (*_GOOD_MODES, *_GREY_MODES):
        looked.findings += certain("mode", mode=_MODES.get(head.mode, head.mode))
    return picture


_MODES = {"P": "palette colours", "PA": "palette colours", "CMYK": "print colours (CMYK)", "LAB": "Lab colours"}


def _reason(error: InputError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")


def _print(looked: Looked) -> Image.Image | None:
    """The print (RGBA) that the picture was made from, where there is one."""
    entry = looked.entry
    if entry.drawn is None or entry.drawn == entry.picture or not entry.drawn.is_file():
        return None
    try:
        drawn = open_picture(entry.drawn, within=entry.folder)
    except InputError as error:
        looked.findings += certain("unreadable", fault=str(error))
        return None
    return drawn if drawn.mode == "RGBA" else None


def _alpha(entry: Entry, drawn: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
    """The print's alpha in the picture's frame; None where the two don't fit together."""
    if drawn is None:
        return None
    width, height = drawn.size
    left, top, right, bottom = entry.crop or (0, 0, width, height)
    if right > width or bottom > height or abs((right - left) * size[1] - (bottom - top) * size[0]) > 2 * max(size):
        return None
    return drawn.getchannel("A").crop((left, top, right, bottom))


def _form(entry: Entry, size: tuple[int, int]) -> list[Finding]:
    words = {"width": size[0], "height": size[1]}
    found = judge("shape", max(size) / min(size), **words)
    if entry.size is not None and entry.size != size:
        found += certain("size", wanted=f"{entry.size[0]} x {entry.size[1]}", **words)
    return found


def _masks(seen: Sample) -> list[np.ndarray]:
    """The subject as it is known: by alpha, and by the picture itself."""
    return ([] if seen.alpha is None else [seen.subject]) + ([] if seen.shown is None else [seen.shown])


def _cut(entry: Entry, seen: Sample, drawn: Image.Image | None, facts: CharacterFacts | None) -> list[Finding]:
    """Cut off in the print, in the picture's own part of it, or in the picture as it is: the first that says so."""
    framing = entry.settings.get("framing")
    trimmed = entry.crop is not None and drawn is not None and entry.crop != (0, 0, *drawn.size)
    beast = facts is not None and facts.kind != "humanoid"  # whose body goes on behind its head, beyond any framing
    masks = [(mask, trimmed or beast) for mask in _masks(seen)]
    if trimmed and drawn is not None:
        masks.insert(0, (np.asarray(drawn.getchannel("A")) >= SOLID, beast))
    return next((found for mask, part in masks if (found := cut_off(mask, framing, part))), [])


def _whole(entry: Entry, seen: Sample) -> list[Finding]:
    """Whether the picture still is what was made: its subject, its background, its face."""
    found: list[Finding] = []
    if seen.alpha is not None and seen.shown is not None:
        both, either = np.count_nonzero(seen.subject & seen.shown), np.count_nonzero(seen.subject | seen.shown)
        found += judge("differs", both / max(1, either))
    behind = background_of(entry)
    if behind is not None:
        found += judge("backdrop", backdrop_gap(seen, behind), named=entry.seen["background"].replace("_", " "))
    if entry.row is not None and entry.size == tuple(entry.row.get("size") or ()):
        found += judge("face_covered", face_contrast(entry, seen))
    return found


def _pixels(seen: Sample) -> list[Finding]:
    if seen.box is None:
        return []
    edges, inner = edge_widths(seen, INSIDE)
    blur = judge("blur", edges) or judge("blur_inside", None if seen.alpha is None else inner)
    return [
        *blur,
        *judge("noise", noise(seen)),
        *judge("fireflies", fireflies(seen)),
        *judge("magenta", magenta(seen)),
    ]


def _edges(drawn: Image.Image | None, picture: Image.Image) -> list[Finding]:
    """The soft edges of the print, or of a picture that has alpha itself."""
    found: list[Finding] = []
    for source in (drawn, picture if picture.mode == "RGBA" else None):
        if source is None or source.getchannel("A").getextrema()[0] == 255:
            continue
        rgba, alpha = np.asarray(source), np.asarray(source.getchannel("A"))
        value = halo(rgba, alpha)
        way = "darker" if value is not None and value < 0 else "brighter"
        found += judge("halo", None if value is None else abs(value), way=way)
        found += judge("wide_edge", softness(alpha))
        found += judge("transparent", np.count_nonzero(alpha < 250) / alpha.size) if source is picture else []
    return found
