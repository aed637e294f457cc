# SPDX-License-Identifier: GPL-3.0-or-later
"""What sits on the face: eyeballs, lashes, brows, teeth, tongue, ears. Head space. bpy-free."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from .face import SIDES, Face, swing_jaw
from .fields import Array, gradient
from .locks import lock_mesh, unit
from .part import Part, joined, mirror, tube

LOOK = np.radians(24.0)
TITLE = {"left": "Left", "right": "Right"}


def eyeball(face: Face, side: str) -> Part:
    """One eyeball with a bulging cornea; coords = angle from the gaze in radians, as a vector
    (to the character's left, up)."""
    sign = 1.0 if side == "left" else -1.0
    rings, around = 40, 48
    polar = np.concatenate([np.linspace(0.0, 0.6, 25), np.linspace(0.6, np.pi, rings - 24)[1:]])[1:-1]
    turn = 2.0 * np.pi * np.arange(around) / around
    radius = face.shape["eye"]
    bulge = radius * (1.0 + 0.045 * np.clip(1.0 - (polar / 0.40) ** 2, 0.0, None) ** 1.5)
    x = np.outer(bulge * np.sin(polar), np.cos(turn)).ravel()
    z = np.outer(bulge * np.sin(polar), np.sin(turn)).ravel()
    y = -np.repeat(bulge * np.cos(polar), around)
    vertices = np.concatenate([[[0, -radius * 1.045, 0]], np.column_stack([x, y, z]), [[0, radius, 0]]])
    index = 1 + np.arange(len(polar) * around).reshape(len(polar), around)
    faces: list[tuple[int, ...]] = []
    for k in range(around):
        n = (k + 1) % around
        faces.append((0, int(index[0, k]), int(index[0, n])))
        faces += [(int(a[k]), int(b[k]), int(b[n]), int(a[n])) for a, b in itertools.pairwise(index)]
        faces.append((int(index[-1, k]), len(vertices) - 1, int(index[-1, n])))
    keys = {}
    inward = -1.0 if side == "left" else 1.0
    for name, (axis, angle) in {
        "Down": (0, LOOK), "Up": (0, -LOOK), "In": (2, inward * LOOK), "Out": (2, -inward * LOOK),
    }.items():  # fmt: skip
        keys[f"eyeLook{name}{TITLE[side]}"] = rotated(vertices, axis, angle) - vertices
    polar_all = np.concatenate([[0.0], np.repeat(polar, around), [np.pi]])
    turn_all = np.concatenate([[0.0], np.tile(turn, len(polar)), [0.0]])
    plane = polar_all[:, None] * np.column_stack([np.cos(turn_all), np.sin(turn_all)])
    part = Part(f"Eye{TITLE[side]}", vertices, faces, "eye", None, plane, None, keys)
    part.weights = {f"{TITLE[side]}Eye": np.ones(len(vertices))}
    return part.moved(face.eye * [sign, 1.0, 1.0])


def rotated(points: Array, axis: int, angle: float) -> Array:
    """Points turned about a coordinate axis."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out = points.copy()
    out[:, i] = c * points[:, i] - s * points[:, j]
    out[:, j] = s * points[:, i] + c * points[:, j]
    return out


def brow_line(face: Face, side: str, t: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Points, normals, tangents and cross axes of a brow over t (0 inner end, 1 outer), and its half width."""
    sign = 1.0 if side == "left" else -1.0
    el = 0.335 + face.shape["brow_high"] / 0.1 + 0.062 * np.sin(np.pi * np.minimum(t / 1.1, 1.0)) - 0.035 * t**2
    path = face.table.points(el, sign * (0.125 + 0.58 * t))
    normal = gradient(face.field, path)
    tangent = unit(np.gradient(path, axis=0))
    half = 0.0044 * face.shape["brow_thick"] * np.clip(np.minimum(1.0, 0.36 + 2.4 * t) * (1.0 - t**2.4), 0.10, 1.0)
    return path, normal, tangent, np.cross(normal, tangent) * sign, half


def brow(face: Face, side: str, rng: np.random.Generator) -> Part:
    """A brow: a soft tapered base and hairs that lie over it, upright at the inner end, swept outwards."""
    steps, around = 26, 8
    path, normal, tangent, across, half = brow_line(face, side, np.linspace(0.0, 1.0, steps))
    half[0] *= 0.5
    height = 0.0017 * np.clip(half / half.max(), 0.15, 1.0)
    v, q, uv = tube(path[None], across[None], normal[None], 0.72 * half[None], height[None], around)
    base = Part("Base", v, closed(q, 1, steps, around), "brow", np.tile([0.5, 0.0, 0.0], (len(v), 1)), uv)
    count, points = 110, 5
    t = np.sort(rng.random(count)) * 0.97
    place = rng.uniform(-1.0, 1.0, count)
    pick = np.clip((t * (steps - 1)).astype(int), 0, steps - 1)
    sweep = np.clip(0.70 + 1.0 * t - 0.15 * place, 0.60, 1.0)[:, None]
    heading = unit(sweep * tangent[pick] + (1.15 - sweep) * across[pick] * np.where(t < 0.75, 1.0, -0.2)[:, None])
    root = path[pick] + across[pick] * (place * 0.75 * half[pick])[:, None] + normal[pick] * height[pick][:, None] * 0.5
    s = np.linspace(0.0, 1.0, points)[None, :, None]
    long = (0.0060 + 0.0025 * rng.random(count))[:, None, None] * np.where(t < 0.1, 0.8, 1.0)[:, None, None]
    bend = 0.0011 * np.sin(np.pi * s * 0.8)
    line = root[:, None] + heading[:, None] * s * long + normal[pick][:, None] * bend
    out = np.broadcast_to(normal[pick][:, None], line.shape).copy()
    hairs = lock_mesh(line, out, {"width": 0.00085, "flat": 0.6, "taper": 2.0, "root": 0.8}, rng)
    hairs.material = "brow"
    return joined(f"Brow{TITLE[side]}", [base, hairs])


def closed(quads: Array, count: int, steps: int, around: int) -> list[tuple[int, ...]]:
    """Tube quads with both ends capped."""
    faces = [tuple(int(i) for i in quad) for quad in quads]
    index = np.arange(count * steps * around).reshape(count, steps, around)
    for tube_index in index:
        faces.append(tuple(int(i) for i in tube_index[0][::-1]))
        faces.append(tuple(int(i) for i in tube_index[-1]))
    return faces


def lash_line(face: Face, side: str, head: Array) -> Array:
    """A dark tapered line of lashes along the upper lid's edge for given head vertices; (rings * 4, 3)."""
    slit = face.grid.slits[f"{side}_eye"]
    sign = 1.0 if side == "left" else -1.0
    edge = head[slit.upper]
    center = face.eye * [sign, 1.0, 1.0]
    away = edge - center
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    t = (slit.s + 1.0) / 2.0
    long = 0.0062 * face.shape["lashes"] * (0.12 + 0.88 * t**1.2) * np.clip(np.minimum(t / 0.12, 1.0), 0.0, 1.0)
    outward = np.array([sign * 0.62, -0.35, 0.50])[None, :] * (0.25 + 0.75 * t[:, None]) + away * 0.8
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    outward = outward + [0.0, 0.0, -0.10]
    base_up = edge + away * 0.0006 + [0, 0, 0.0009]
    base_low = edge + away * 0.0004 - [0, 0, 0.0005]
    tip = edge + away * 0.0008 + outward * long[:, None]
    tip_low = tip - np.array([0.0, 0.0, 0.0004])
    return np.stack([base_up, tip, tip_low, base_low], axis=1).reshape(-1, 3)


def lashes(face: Face, side: str, heads: Mapping[str, Array]) -> Part:
    """Lashes of one eye; `heads` = placements of the head by shape key, which they follow."""
    rest = lash_line(face, side, face.rest)
    count = len(rest) // 4
    faces: list[tuple[int, ...]] = []
    for k in range(count - 1):
        for i in range(4):
            j = (i + 1) % 4
            faces.append((4 * k + i, 4 * k + 4 + i, 4 * k + 4 + j, 4 * k + j))
    keys = {}
    for name, head in heads.items():
        offset = lash_line(face, side, head) - rest
        if np.abs(offset).max() > 1e-6:
            keys[name] = offset
    return Part(f"Lash{TITLE[side]}", rest, faces, "lash", None, None, None, keys)


def teeth(face: Face) -> list[Part]:
    """Upper and lower teeth, and a tongue."""
    out = []
    for name, z, reach, tall in (("TeethUpper", -0.0828, 0.0335, 0.0062), ("TeethLower", -0.0932, 0.0300, 0.0045)):
        steps, around = 41, 12
        t = np.linspace(-1.0, 1.0, steps)
        angle = t * 1.25
        path = np.column_stack(
            [0.0295 * np.sin(angle), -0.060 - reach * np.cos(angle), z + 0.0055 * np.sin(angle) ** 2]
        )
        normal = np.column_stack([np.sin(angle), -np.cos(angle), np.zeros(steps)])
        side_axis = np.broadcast_to([0.0, 0.0, 1.0], path.shape)
        bumps = 1.0 - 0.06 * (np.abs(np.sin(t * 14.0)) < 0.16)
        width = np.full(steps, tall)
        v, q, uv = tube(path[None], side_axis[None], normal[None], width[None], (0.0030 * bumps)[None], around)
        out.append(Part(name, v, closed(q, 1, steps, around), "teeth", None, uv))
    steps, around = 12, 12
    t = np.linspace(0.0, 1.0, steps)
    path = np.column_stack([np.zeros(steps), -0.040 - 0.044 * t, -0.0915 + 0.007 * np.sin(np.pi * t)])
    width = 0.0140 * np.sqrt(np.clip(1.02 - t**3, 0.02, 1.0))
    v, q, uv = tube(
        path[None],
        np.broadcast_to([1.0, 0, 0], path.shape)[None],
        np.broadcast_to([0, 0, 1.0], path.shape)[None],
        width[None],
        width[None] * 0.32,
        around,
    )
    out.append(Part("Tongue", v, closed(q, 1, steps, around), "tongue", None, uv))
    for part in out[1:]:
        for key, control in (
            ("jawOpen", {"jaw": 0.33}),
            ("jawForward", {"jaw_forward": 0.006}),
            ("jawLeft", {"jaw_side": 0.006}),
            ("jawRight", {"jaw_side": -0.006}),
        ):
            full = {"jaw": 0.0, "jaw_forward": 0.0, "jaw_side": 0.0} | control
            part.keys[key] = swing_jaw(part.vertices, full) - part.vertices
    return out


def ear(face: Face) -> Part:
    """The left ear: a dish with helix, antihelix, bowl and lobe, and its back."""
    rings, around = 18, 44
    rho = np.linspace(0.0, 1.0, rings + 1)[1:]
    turn = 2.0 * np.pi * np.arange(around) / around
    r, a = np.meshgrid(rho, turn, indexing="ij")
    outline = ear_outline(a)
    u = r * outline[0]
    w = r * outline[1]
    helix = np.exp(-(((r - 0.90) / 0.085) ** 2)) * (
        1.0 - 0.85 * np.exp(-((((a + 1.75) % (2 * np.pi) - np.pi + 0.0) / 0.0001) ** 2))
    )
    lobe = np.exp(-(((np.sin(a) + 1.0) / 0.28) ** 2))
    depth = (
        0.0032 * helix * (1.0 - 0.7 * lobe)
        + 0.0026 * np.exp(-(((r - 0.56) / 0.12) ** 2)) * (1 - lobe)
        - 0.0060 * np.exp(-((r / 0.36) ** 2))
    )
    front = np.stack([u.ravel(), w.ravel(), depth.ravel() + 0.004 * r.ravel() ** 2], axis=1)
    back = np.stack([(u * 0.97).ravel(), (w * 0.97).ravel(), (-0.0052 + 0.0045 * r**2).ravel()], axis=1)
    n = rings * around
    points = np.concatenate([front, back, [[0, 0, -0.006]], [[0, 0, -0.0075]]])
    index = np.arange(n).reshape(rings, around)
    faces: list[tuple[int, ...]] = []
    for k in range(around):
        m = (k + 1) % around
        faces.append((2 * n, int(index[0, k]), int(index[0, m])))
        faces.append((2 * n + 1, int(index[0, m] + n), int(index[0, k] + n)))
        for p, q in itertools.pairwise(index):
            faces.append((int(p[k]), int(q[k]), int(q[m]), int(p[m])))
            faces.append((int(p[m] + n), int(q[m] + n), int(q[k] + n), int(p[k] + n)))
        faces.append((int(index[-1, k]), int(index[-1, k] + n), int(index[-1, m] + n), int(index[-1, m])))
    # frame: u points to the back of the head, w up, depth outwards; turned out from the skull by 24 degrees
    out = np.radians(26.0)
    back_axis = np.array([np.sin(out), np.cos(out), 0.0])
    up = np.array([0.10, 0.16, 0.98])
    up -= back_axis * (up @ back_axis)
    up /= np.linalg.norm(up)
    outward = np.cross(back_axis, up)
    outward *= np.sign(outward[0])
    origin = np.array([0.0, 0.016, -0.010])
    origin[0] = ear_root(face)
    vertices = origin + 1.15 * points @ np.stack([back_axis, up, outward])
    return Part("EarLeft", vertices, faces, "skin")


def ear_root(face: Face) -> float:
    """x of the skull where the ear sits."""
    from .skull import CENTER, directions, march

    ray = directions(np.array([-0.2]), np.array([np.pi / 2 + 0.12]))
    return float(march(face.field, CENTER, ray)[0]) * 0.97 + 0.004


def ear_outline(angle: Array) -> tuple[Array, Array]:
    """Half extents of the ear over the angle (0 = back, pi/2 = up), times its cosine and sine: metres."""
    c, s = np.cos(angle), np.sin(angle)
    back = 0.0155 + 0.0035 * np.clip(s, 0, 1)
    front = 0.0125
    wide = np.where(c > 0, back, front) * np.where(s < -0.2, 1.0 - 0.35 * (-s - 0.2), 1.0)
    tall = np.where(s > 0, 0.030, 0.031)
    return wide * c, tall * s


def face_features(face: Face, heads: Mapping[str, Array]) -> list[Part]:
    """All of it, brows following the skin next to them."""
    parts: list[Part] = []
    for side in SIDES:
        parts.append(eyeball(face, side))
    brows = [follow(brow(face, side, np.random.default_rng(11)), face, heads) for side in SIDES]
    lash = [lashes(face, side, heads) for side in SIDES]
    parts += [joined("Brows", brows).bound("Head"), joined("Lashes", lash).bound("Head")]
    parts += [part.bound("Head") for part in teeth(face)]
    return parts


def follow(part: Part, face: Face, heads: Mapping[str, Array], reach: float = 0.0025) -> Part:
    """Give a part the keys of the skin it sits on: offsets averaged over about `reach` metres of skin around."""
    low, high = part.vertices.min(axis=0) - 0.012, part.vertices.max(axis=0) + 0.012
    around = face.grid.skin & ((face.rest > low) & (face.rest < high)).all(axis=1)
    middle = 0.5 * (low + high)
    skin, own = ((points - middle).astype(np.float32) for points in (face.rest[around], part.vertices))
    squares = (own**2).sum(axis=1)[:, None] + (skin**2).sum(axis=1) - 2.0 * own @ skin.T
    weight = np.exp(-(squares - squares.min(axis=1, keepdims=True)) / (2.0 * reach**2))
    weight /= weight.sum(axis=1, keepdims=True)
    for name, head in heads.items():
        offset = (head - face.rest)[around]
        if np.abs(offset).max() > 1e-5:
            part.keys[name] = weight @ offset
    return part


__all__ = ["ear", "face_features", "mirror"]
