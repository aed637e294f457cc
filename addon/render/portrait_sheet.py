# SPDX-License-Identifier: GPL-3.0-or-later
"""How the quick picture of `inspect` is drawn: two views side by side, marks, captions. Pillow only, no bpy."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ..plan.facts import SURE, Ability, CharacterFacts

#: The whole picture, and the room for both views together, in pixels.
SIZE = (1024, 640)
PANELS = (976, 470)
EDGE, TOP = 24, 92
PAPER, PANEL, INK, FAINT, ALARM = "#ffffff", "#f3f4f6", "#111827", "#6b7280", "#c81e1e"
HEAD, EYES, FACING, POINTS = "#1d4ed8", "#c2410c", "#be185d", "#0f766e"
TITLES = {"front": "Front: it looks at you", "left": "Its left side", "head": "Its head, closer"}
FONT, OTHER_FONT = "Inter.woff2", "Noto Sans CJK Regular.woff2"
MOST_NAME, MOST_LINES, LINE = 60, 8, 31
#: How far below its title the closer view of the head begins.
CLOSER_TOP = 34
BODIES = {"full": "full body", "bust": "head and shoulders", "head": "head only"}
AXES = {(1, 0): "+X", (-1, 0): "-X", (0, 1): "+Y", (0, -1): "-Y"}

Spot = tuple[float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Fonts = Callable[[str, int], Font]


@dataclass(frozen=True)
class View:
    """One view: its picture (RGBA) and, in its pixels, the head's box (x0, y0, x1, y1), the eyes, the key points, and
    the arrow from the head's middle to where it looks."""

    name: str
    image: Image.Image
    head: tuple[float, float, float, float]
    eyes: tuple[Spot, ...]
    points: tuple[Spot, ...]
    arrow: tuple[Spot, Spot]
    place: Spot = (0.0, 0.0)

    def moved(self, across: float, down: float) -> View:
        """The same view, so far to the right and down."""

        def there(*spots: Spot) -> tuple[Spot, ...]:
            return tuple((x + across, y + down) for x, y in spots)

        upper, lower = there(self.head[:2], self.head[2:])
        start, end = there(*self.arrow)
        eyes, points = there(*self.eyes), there(*self.points)
        return replace(self, head=(*upper, *lower), eyes=eyes, points=points, arrow=(start, end), place=(across, down))


def draw(facts: CharacterFacts, views: list[View], fonts: Path | None) -> Image.Image:
    """The finished picture, RGB. fonts: a folder with Blender's fonts, or None for Pillow's own."""
    sheet = Image.new("RGB", SIZE, PAPER)
    pen, font = ImageDraw.Draw(sheet), _fonts(fonts)
    _title(pen, font, facts)
    ground = Image.new("RGBA", PANELS, PANEL)
    # Drawn at double size and made smaller: smooth lines.
    marks = Image.new("RGBA", (2 * PANELS[0], 2 * PANELS[1]))
    left = 0
    for view in views:
        moved = view.moved(left, CLOSER_TOP if view.name == "head" else 0)
        ground.alpha_composite(view.image, (round(moved.place[0]), round(moved.place[1])))
        _mark(ImageDraw.Draw(marks), moved)
        left += view.image.width
    ground.alpha_composite(marks.resize(PANELS, Image.Resampling.LANCZOS))
    sheet.paste(ground.convert("RGB"), (EDGE, TOP))
    left = EDGE
    for view in views:
        text = TITLES[view.name]
        pen.text((left + 12, TOP + 8), text, fill=FAINT, font=font(text, 15))
        if view.name == "head":
            _abilities(pen, font, facts, (left + 12, TOP + CLOSER_TOP + view.image.height + 12))
        left += view.image.width
    _captions(pen, font, facts)
    return sheet


def _title(pen: ImageDraw.ImageDraw, font: Fonts, facts: CharacterFacts) -> None:
    name = facts.name if len(facts.name) <= MOST_NAME else facts.name[: MOST_NAME - 1] + "…"
    pen.text((EDGE, 16), name, fill=INK, font=font(name, 28))
    kind = "humanoid" if facts.kind == "humanoid" else "not a humanoid: photographed as it is"
    rig = "no rig" if facts.rig == "none" else f"rig: {facts.rig}"
    words = f"{kind}  ·  {BODIES.get(facts.body, facts.body)}  ·  {facts.height:.3g} m tall  ·  {rig}"
    pen.text((EDGE, 56), words, fill=FAINT, font=font(words, 17))


def _mark(pen: ImageDraw.ImageDraw, view: View) -> None:
    """The marks of one view, at double size."""
    left, top = view.place
    for x, y in view.points:
        if 0 < x - left < view.image.width and 0 < y - top < view.image.height:
            _dot(pen, (2 * x, 2 * y), 5, POINTS)
    _box(pen, view.head)
    if len(view.eyes) == 2:
        (x0, y0), (x1, y1) = view.eyes
        reach = max(0.5 * math.hypot(x1 - x0, y1 - y0), 7.0)
        _line(pen, (2 * (min(x0, x1) - reach), y0 + y1), (2 * (max(x0, x1) + reach), y0 + y1), EYES, 4)
        for x, y in view.eyes:
            _dot(pen, (2 * x, 2 * y), 7, EYES)
    _arrow(pen, view)


def _box(pen: ImageDraw.ImageDraw, head: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = (2 * round(value) for value in head)
    x1, y1 = max(x1, x0 + 12), max(y1, y0 + 12)
    pen.rectangle((x0, y0, x1, y1), outline="#ffffff", width=8)
    pen.rectangle((x0 + 2, y0 + 2, x1 - 2, y1 - 2), outline=HEAD, width=4)


def _arrow(pen: ImageDraw.ImageDraw, view: View) -> None:
    """Where it looks: an arrow in front of the head; a circle with a point where that is towards the viewer."""
    (x0, y0), (x1, y1) = view.arrow
    length = math.hypot(x1 - x0, y1 - y0)
    left, _top, right, bottom = view.head
    if view.name == "head":
        return
    if length < 4:
        x, y = 2 * (right + 22), 2 * (view.head[1] + bottom) / 2
        pen.ellipse((x - 20, y - 20, x + 20, y + 20), outline="#ffffff", width=12)
        pen.ellipse((x - 18, y - 18, x + 18, y + 18), outline=FACING, width=6)
        _dot(pen, (x, y), 7, FACING)
        return
    way = ((x1 - x0) / length, (y1 - y0) / length)
    # From the edge of the head's box on, so that the face stays free.
    start = abs(way[0]) * (right - left) / 2 + 6
    reach = min(max(0.9 * (bottom - view.head[1]), 40), 80)
    tail = (2 * ((left + right) / 2 + way[0] * start), 2 * (y0 + way[1] * start))
    tip = (tail[0] + 2 * way[0] * reach, tail[1] + 2 * way[1] * reach)
    wing = 22
    shaft = (tip[0] - way[0] * wing, tip[1] - way[1] * wing)
    _line(pen, tail, shaft, FACING, 7)
    across = (-way[1] * wing * 0.6, way[0] * wing * 0.6)
    ends = (
        tip,
        (shaft[0] + across[0], shaft[1] + across[1]),
        (shaft[0] - across[0], shaft[1] - across[1]),
    )
    pen.polygon(ends, fill=FACING)


def _line(pen: ImageDraw.ImageDraw, start: Spot, end: Spot, colour: str, width: int) -> None:
    pen.line((start, end), fill="#ffffff", width=width + 4)
    pen.line((start, end), fill=colour, width=width)


def _dot(pen: ImageDraw.ImageDraw, spot: Spot, radius: float, colour: str) -> None:
    x, y = spot
    pen.ellipse((x - radius - 2, y - radius - 2, x + radius + 2, y + radius + 2), fill="#ffffff")
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _abilities(pen: ImageDraw.ImageDraw, font: Fonts, facts: CharacterFacts, place: Spot) -> None:
    """How many expressions and poses it can make, and what its file says of its rights."""
    licence = facts.licence or {}
    by = f"by {licence['author']}" if licence.get("author") else None
    stated = licence.get("name") or licence.get("copyright") or by or licence.get("source") or "none stated"
    lines = [
        f"Expressions: {_count(facts.expressions)}",
        f"Poses: {_count(facts.poses)}",
        f"Licence: {stated}",
        *([f"Forbids: {', '.join(licence['forbids'])}"] if licence.get("forbids") else ()),
    ]
    rows = [(row, line) for line in lines for row in textwrap.wrap(line, LINE)]
    if len(rows) > MOST_LINES:
        row, line = rows[MOST_LINES - 1]
        rows = [*rows[: MOST_LINES - 1], (f"{row} …", line)]
    x, y = place
    for row, line in rows:
        pen.text((x, y), row, fill=ALARM if line.startswith("Forbids") else FAINT, font=font(row, 15))
        y += 20


def _count(abilities: dict[str, Ability]) -> str:
    made = [ability for ability in abilities.values() if ability.method != "none"]
    exact = sum(ability.exact for ability in made)
    return f"{exact} exact, {len(made) - exact} approximated" if len(made) > exact else f"{exact} of {len(abilities)}"


def _captions(pen: ImageDraw.ImageDraw, font: Fonts, facts: CharacterFacts) -> None:
    """What the marks are and how sure each is, in the colours of the marks."""
    rows = [
        (HEAD, "Head", _sure(facts, "head")),
        (EYES, "Eyes", _sure(facts, "eyes") if facts.eyes else "not found"),
        (FACING, f"Looks to {_axis(facts)}", _sure(facts, "facing")),
        (POINTS, "Key points", ""),
    ]
    x, y = EDGE, TOP + PANELS[1] + 16
    for colour, name, sure in rows:
        pen.rounded_rectangle((x, y + 4, x + 14, y + 18), radius=3, fill=colour)
        pen.text((x + 22, y), name, fill=INK, font=font(name, 18))
        x += 22 + pen.textlength(name, font=font(name, 18)) + 8
        pen.text((x, y), sure, fill=ALARM if sure.startswith("only") else FAINT, font=font(sure, 18))
        x += pen.textlength(sure, font=font(sure, 18)) + 26
    doubt = [about for about in ("facing", "head") if facts.confidence.get(about, 0.0) < SURE]
    words = " and ".join(f"--{about}" for about in doubt)
    text = f"Not sure. If it is wrong, say so with {words}." if doubt else "If something is wrong: --facing, --head."
    pen.text((EDGE, y + 27), text, fill=ALARM if doubt else FAINT, font=font(text, 15))


def _sure(facts: CharacterFacts, about: str) -> str:
    sure = facts.confidence.get(about, 0.0)
    return f"{'only ' if sure < SURE else ''}{round(100 * sure)} % sure"


def _axis(facts: CharacterFacts) -> str:
    x, y = facts.facing[0], facts.facing[1]
    return AXES.get((round(x, 2), round(y, 2)), f"({x:.2f}, {y:.2f})")


def _fonts(folder: Path | None) -> Fonts:
    """(text, size) -> a font that has the text's letters, as far as one is there."""
    known: dict[tuple[str, int], Font] = {}

    def font(text: str, size: int) -> Font:
        name = OTHER_FONT if any(ord(letter) > 0x2E7F for letter in text) else FONT
        if (name, size) not in known:
            known[name, size] = _font(folder, name, size)
        return known[name, size]

    return font


def _font(folder: Path | None, name: str, size: int) -> Font:
    if folder is not None:
        try:
            return ImageFont.truetype(folder / name, size)
        except OSError:  # a Blender without it, or a Pillow that can't unpack it
            pass
    return ImageFont.load_default(size)
