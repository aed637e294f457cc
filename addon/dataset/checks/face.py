# SPDX-License-Identifier: GPL-3.0-or-later
"""The face: seen where angle and caption promise it, by truth; and really to be made out, by the picture."""

from __future__ import annotations

from ...plan.facts import CharacterFacts
from ...plan.settings import setting
from .entry import Entry
from .finding import Finding, judge
from .sample import Sample

#: Up to which turn (degrees off the front) both eyes should be seen, and from which none is asked for.
BOTH, NONE = 20.0, 60.0
#: Half the side of the square around an eye that is looked at, as a share of the head's box.
AROUND = 0.12


def face_findings(entry: Entry, facts: CharacterFacts | None) -> list[Finding]:
    """By truth: how many eyes are seen of those that the angle lets one expect."""
    row = entry.row
    if row is None or facts is None or not facts.face or "visible" not in row:
        return []
    angle = setting("angle", row["settings"]["angle"])
    turned = abs(float(angle.geometry.get("azimuth", 180)))
    eyes = [name for name in ("left_eye", "right_eye") if name in (row.get("points") or {})]
    if turned > NONE or not eyes:
        return []
    seen = int(row["visible"].get("eyes", 0)) if row["visible"].get("face") else 0
    if turned > BOTH or len(eyes) < 2:
        seen += 1  # the far eye may go behind the nose
    what = {0: "The face is hidden or turned away", 1: "The face is hidden or turned away"}
    if seen == 1 and turned <= BOTH and len(eyes) == 2:
        what[1] = "One eye is hidden"
    return _graded(seen, what.get(seen, ""), angle.tag, alone=turned <= BOTH and len(eyes) == 2)


def _graded(seen: int, what: str, angle: str, alone: bool) -> list[Finding]:
    """Two are right; one of two from the front is worth a look; none is bad."""
    value = {0: 0, 1: 1 if alone else 0}.get(seen, 2)
    return judge("face_hidden", value, what=what, angle=angle)


def face_contrast(entry: Entry, sample: Sample) -> float | None:
    """The strongest contrast (standard deviation, codes) around an eye that truth says is seen; None without such."""
    row = entry.row
    head = ((row or {}).get("boxes") or {}).get("head")
    if row is None or not head or not row.get("size"):
        return None
    scale = sample.shape[1] / row["size"][0], sample.shape[0] / row["size"][1]
    reach = AROUND * (head[3] - head[1])
    found = []
    for name in ("left_eye", "right_eye"):
        point = (row.get("points") or {}).get(name) or {}
        if not point.get("visible"):
            continue
        x, y, rx, ry = point["x"] * scale[0], point["y"] * scale[1], reach * scale[0], reach * scale[1]
        patch = sample.light[max(0, int(y - ry)) : int(y + ry) + 1, max(0, int(x - rx)) : int(x + rx) + 1]
        if patch.size >= 25:
            found.append(float(patch.std()))
    return max(found, default=None)
