# SPDX-License-Identifier: GPL-3.0-or-later
"""What a skeleton is by its shape alone, whatever its bones are called. Numpy only; no names but for left and right.

Two mirrored chains from one joint are limbs; the pair that points away from the other one is the legs, the other the
arms; what goes on beyond the arms is neck and head. Nothing here knows which way is up or how large the figure is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, pairwise, permutations

import numpy as np

from ..names.naming import normalise
from .limb import Limb, read_limb

#: A limb is at least so long, as a share of the whole skeleton's extent, and has at least this share of the skin.
SHORTEST, LIGHTEST = 0.1, 0.004
#: Two chains are mirror images where length, skin and number of joints agree at least so well (1 = the same).
ALIKE = 0.45
#: Of very many mirrored chains (skirts, hair) only the longest are tried.
MOST_PAIRS = 12
#: Bones of a face by their names.
FACE = re.compile(r"face|facial|jaw|brow|eye|lip|cheek|nose|mouth|tongue|teeth|ear(?![a-z])", re.IGNORECASE)
#: A rig with more bones than this is read by its names alone.
MOST_BONES = 3000


@dataclass
class Tree:
    """A skeleton. parents: index or -1; heads: (n, 3) world joints; skin: (n,) amount of surface that each bone moves;
    centres: (n, 3) the middle of that surface (the joint itself where there is none)."""

    names: list[str]
    parents: list[int]
    heads: np.ndarray
    skin: np.ndarray
    centres: np.ndarray

    @cached_property
    def children(self) -> list[list[int]]:
        """Children that move anything, themselves or through what hangs on them."""
        rows: list[list[int]] = [[] for _ in self.names]
        for index, parent in enumerate(self.parents):
            if parent >= 0 and self.heavy[index] > 0:
                rows[parent].append(index)
        return rows

    @cached_property
    def order(self) -> list[int]:
        """Parents before children."""
        below: dict[int, list[int]] = {}
        for index, parent in enumerate(self.parents):
            below.setdefault(parent, []).append(index)
        rows = list(below.get(-1, ()))
        for index in rows:
            rows.extend(below.get(index, ()))
        return rows

    @cached_property
    def heavy(self) -> np.ndarray:
        """(n,) skin of each bone with all below it."""
        total = np.asarray(self.skin, float).copy()
        for index in reversed(self.order):
            if self.parents[index] >= 0:
                total[self.parents[index]] += total[index]
        return total

    @cached_property
    def longest(self) -> list[list[int]]:
        """For each bone the longest chain that begins with it, by the way from joint to joint."""
        ways = np.zeros(len(self.names))
        chains: list[list[int]] = [[index] for index in range(len(self.names))]
        for index in reversed(self.order):
            for child in self.children[index]:
                way = ways[child] + float(np.linalg.norm(self.heads[child] - self.heads[index]))
                if way > ways[index] or len(chains[index]) == 1:
                    ways[index], chains[index] = way, [index, *chains[child]]
        return chains

    def way(self, chain: list[int]) -> float:
        """Length from joint to joint, and on to the middle of the last bone's surface."""
        return self.joints(chain) + float(np.linalg.norm(self.tip(chain) - self.heads[chain[-1]]))

    def joints(self, chain: list[int]) -> float:
        """Length from joint to joint."""
        return float(np.linalg.norm(np.diff(self.heads[chain], axis=0), axis=1).sum())

    def tip(self, chain: list[int]) -> np.ndarray:
        """The middle of the last bone's surface."""
        return np.asarray(self.centres[chain[-1]])

    def below(self, index: int) -> list[int]:
        """The bone and all below it that move anything."""
        rows = [index]
        for row in rows:
            rows.extend(self.children[row])
        return rows

    def path(self, index: int) -> list[int]:
        """The bone and its ancestors, up to the root."""
        rows = [index]
        while self.parents[rows[-1]] >= 0:
            rows.append(self.parents[rows[-1]])
        return rows

    def middle(self, index: int) -> np.ndarray:
        """The middle of all the surface that hangs on a bone."""
        rows = self.below(index)
        weights = self.skin[rows]
        if weights.sum() <= 0:
            return self.heads[index]
        return np.asarray(np.average(self.centres[rows], axis=0, weights=weights))


@dataclass(frozen=True)
class Pair:
    """Two mirrored chains: bone indices from the joint outwards, their parent (-1: none) and how alike they are."""

    parent: int
    one: tuple[int, ...]
    two: tuple[int, ...]
    alike: float
    start: np.ndarray = field(repr=False)
    end: np.ndarray = field(repr=False)
    length: float


@dataclass(frozen=True)
class Frame:
    """What topology found. roles: role -> bone name; `sided` where names agree on which side is left (else the sides
    are arbitrary); along: unit vector from the legs to the arms; across: unit vector from right to left (or the other
    way where not sided); upright: cosine between the legs and that vector's opposite."""

    roles: dict[str, str]
    sided: bool
    along: np.ndarray
    across: np.ndarray
    upright: float
    confidence: float

    def flipped(self) -> Frame:
        """The same with left and right exchanged."""
        other = {"left": "right", "right": "left"}
        roles = {}
        for role, bone in self.roles.items():
            side, _, rest = role.partition("_")
            roles[f"{other[side]}_{rest}" if side in other else role] = bone
        return Frame(roles, self.sided, self.along, -self.across, self.upright, self.confidence)


def read_frame(tree: Tree) -> Frame | None:
    """Arms, legs, spine, neck and head of a skeleton, or None where it has not that build."""
    if not 5 <= len(tree.names) <= MOST_BONES or tree.skin.sum() <= 0:
        return None
    # A face's own skeleton has mirrored chains too: lips and ears are no limbs.
    facial = np.array([bool(FACE.search(name)) for name in tree.names])
    if facial.mean() > 0.5:
        return None
    pairs = mirrored(tree)
    best, most = None, 0.0
    for arms, legs in permutations(pairs, 2):
        worth = _worth(tree, arms, legs, pairs)
        if worth > most:
            best, most = (arms, legs), worth
    return None if best is None else _frame(tree, *best, most)


def mirrored(tree: Tree) -> list[Pair]:
    """Every two chains that begin at the same joint (or are both roots) and are much alike, longest first."""
    extent = float(np.linalg.norm(np.ptp(tree.heads[tree.heavy > 0], axis=0)))
    total = float(tree.skin.sum())
    groups = [(index, rows) for index, rows in enumerate(tree.children) if len(rows) > 1]
    groups.append((-1, [i for i, parent in enumerate(tree.parents) if parent < 0 and tree.heavy[i] > 0]))
    found = []
    for parent, rows in groups:
        usable = [row for row in rows if tree.heavy[row] > LIGHTEST * total]
        usable = [row for row in usable if tree.way(tree.longest[row]) > SHORTEST * extent]
        usable = sorted(usable, key=lambda row: -tree.way(tree.longest[row]))[:MOST_PAIRS]
        found += list(_matched(tree, parent, usable))
    return sorted(found, key=lambda pair: -pair.length)[:MOST_PAIRS]


def _matched(tree: Tree, parent: int, rows: list[int]) -> Iterator[Pair]:
    """The best partners among children of one joint; no child twice."""
    options = sorted(((_alike(tree, a, b), a, b) for a, b in combinations(rows, 2)), reverse=True)
    taken: set[int] = set()
    for alike, one, two in options:
        if alike < ALIKE or one in taken or two in taken:
            continue
        taken |= {one, two}
        chains = tree.longest[one], tree.longest[two]
        start = (tree.heads[one] + tree.heads[two]) / 2
        end = (tree.tip(chains[0]) + tree.tip(chains[1])) / 2
        length = (tree.way(chains[0]) + tree.way(chains[1])) / 2
        yield Pair(parent, tuple(chains[0]), tuple(chains[1]), alike, start, end, length)


def _alike(tree: Tree, one: int, two: int) -> float:
    """How much two chains are mirror images, 0..1, by what a pose does not change: lengths, skin, joints."""
    first, second = tree.longest[one], tree.longest[two]
    joints_only = _ratio(tree.joints(first), tree.joints(second)) if min(len(first), len(second)) > 1 else 0.0
    lengths = max(_ratio(tree.way(first), tree.way(second)), joints_only)  # one hand may hold something
    skin = _ratio(float(tree.heavy[one]), float(tree.heavy[two]))
    joints = _ratio(len(tree.below(one)), len(tree.below(two)))
    apart = float(np.linalg.norm(tree.middle(one) - tree.middle(two)))
    if apart < 0.05 * max(tree.way(first), 1e-9):
        return 0.0
    return lengths**2 * skin**0.5 * joints**0.25


def _ratio(one: float, two: float) -> float:
    return min(one, two) / max(one, two, 1e-12)


def _worth(tree: Tree, arms: Pair, legs: Pair, pairs: list[Pair]) -> float:
    """How well two pairs stand for arms and legs; 0 or less: not at all."""
    if _nested(tree, arms, legs) or _nested(tree, legs, arms):
        return 0.0
    torso = arms.start - legs.start
    height = float(np.linalg.norm(torso))
    down = legs.end - legs.start
    if height < 0.1 * legs.length or np.linalg.norm(down) < 0.3 * legs.length or height > 4 * legs.length:
        return 0.0
    upright = float(-(down / np.linalg.norm(down)) @ torso / height)
    if upright < -0.2:
        return 0.0
    longest = max(pair.length for pair in pairs)
    worth = 0.5 + upright + 0.6 * (arms.length + legs.length) / longest + 0.4 * (arms.alike + legs.alike)
    heavy = tree.heavy[arms.one[0]] + tree.heavy[arms.two[0]]
    worth += min(0.6, 4.0 * float(heavy / tree.skin.sum()))
    worth += 0.25 * (min(_branches(tree, arms), 5) >= 3) - 0.1 * (_branches(tree, legs) >= 3)
    if head_of(tree, arms, legs):
        worth += 0.8
    # Hair hangs beyond the arms: a pair that leaves the way from the legs to this one speaks against it.
    between = set(tree.path(arms.parent)) - {arms.parent} if arms.parent >= 0 else set()
    above = set(tree.path(legs.parent)) if legs.parent >= 0 else set()
    if any(pair.parent in between - above and pair.length > 0.5 * arms.length for pair in pairs if pair is not legs):
        worth -= 0.6
    return worth


def _nested(tree: Tree, outer: Pair, inner: Pair) -> bool:
    """Whether a pair hangs on one of another pair's chains."""
    return inner.parent >= 0 and bool({outer.one[0], outer.two[0]} & set(tree.path(inner.parent)))


def _branches(tree: Tree, pair: Pair) -> int:
    """The largest number of chains that leave one joint of the outer half of a limb: fingers."""
    outer = [*pair.one[len(pair.one) // 3 :], *pair.two[len(pair.two) // 3 :]]
    return max((len(tree.children[index]) for index in outer), default=0)


def head_of(tree: Tree, arms: Pair, legs: Pair) -> list[int]:
    """The chain that goes on beyond the arms, from its first bone to the head; [] where nothing does."""
    torso = arms.start - legs.start
    height = float(np.linalg.norm(torso))
    along = torso / height
    sides = tree.heads[arms.one[0]] - tree.heads[arms.two[0]]
    across = sides - along * float(sides @ along)
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    limbs = {arms.one[0], arms.two[0], legs.one[0], legs.two[0]}
    spine = {row for index in limbs for row in tree.path(index)[1:]}
    starts = [child for index in spine for child in tree.children[index]]
    starts += [i for i, parent in enumerate(tree.parents) if parent < 0 and tree.heavy[i] > 0]
    best, most = -1, 0.0
    for index in starts:
        if index in limbs or index in spine:
            continue
        share, step = _above(tree, index, arms.start, along)
        rise, aside = float(step @ along), abs(float(step @ across))
        if rise < 0.02 * height or aside > 0.3 * height + 0.3 * rise or share < 0.005:
            continue
        worth = share**0.5 * min(rise / height, 1.0) ** 0.5
        if worth > most:
            best, most = index, worth
    if best < 0:
        return []
    chain = [best]
    while tree.children[chain[-1]]:
        chain.append(max(tree.children[chain[-1]], key=lambda row: float(tree.heavy[row])))
    # What begins far below the arms carries the trunk too.
    while len(chain) > 1 and float((tree.heads[chain[0]] - arms.start) @ along) < -0.2 * height:
        chain.pop(0)
    own = [float(tree.heavy[a] - tree.heavy[b]) for a, b in pairwise(chain)]
    own.append(float(tree.heavy[chain[-1]]))
    last = next(place for place, part in enumerate(own) if part >= 0.5 * max(own))
    if last == 0 and len(chain) > 1 and own[1] >= 0.5 * own[0] and _rises(tree, chain, along, height):
        last = 1
    return chain[: last + 1]


def _above(tree: Tree, index: int, start: np.ndarray, along: np.ndarray) -> tuple[float, np.ndarray]:
    """What a branch moves beyond the arms: its share of all skin, and the way there. Long hair hangs far below."""
    rows = np.array(tree.below(index))
    steps = tree.centres[rows] - start
    weights = tree.skin[rows] * (steps @ along > 0)
    if weights.sum() <= 0:
        return 0.0, np.zeros(3)
    return float(weights.sum() / tree.skin.sum()), np.asarray(np.average(steps, axis=0, weights=weights))


def _rises(tree: Tree, chain: list[int], along: np.ndarray, height: float) -> bool:
    """Whether the second joint of a neck lies clearly above the first, so that the first is the neck."""
    return float((tree.heads[chain[1]] - tree.heads[chain[0]]) @ along) > 0.08 * height


def _frame(tree: Tree, arms: Pair, legs: Pair, worth: float) -> Frame:
    torso = arms.start - legs.start
    along = torso / np.linalg.norm(torso)
    one, two = (arms.one, legs.one), (arms.two, legs.two)
    wide = tree.heads[arms.one[-1]] - tree.heads[arms.two[-1]]
    near = tree.heads[arms.one[0]] - tree.heads[arms.two[0]]
    hips = tree.heads[legs.one[0]] - tree.heads[legs.two[0]]
    if float(hips @ (near if np.linalg.norm(near) > 0.02 * legs.length else wide)) < 0:
        one, two = (arms.one, legs.two), (arms.two, legs.one)
        hips = -hips
    side, sided = _side(tree, [*one[0], *one[1]], [*two[0], *two[1]])
    if side == "right":
        one, two, hips, near = two, one, -hips, -near
    across = hips / max(float(np.linalg.norm(hips)), 1e-9) + near / max(float(np.linalg.norm(near)), 1e-9)
    across = across - along * float(across @ along)
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    roles: dict[str, int] = {}
    for name, (arm, leg) in (("left", one), ("right", two)):
        roles |= {f"{name}_{part}": bone for part, bone in _arm(tree, arm, arms.start, across).items()}
        roles |= {f"{name}_{part}": bone for part, bone in _leg(tree, leg, legs.start, across).items()}
    roles |= _trunk(tree, arms, legs, head_of(tree, arms, legs))
    down = legs.end - legs.start
    upright = float(-(down / np.linalg.norm(down)) @ along)
    sure = min(0.9, 0.25 * max(worth - 1.5, 0.0) + 0.15) * (1.0 if "head" in roles else 0.6)
    return Frame({role: tree.names[bone] for role, bone in roles.items()}, sided, along, across, upright, sure)


def _side(tree: Tree, one: list[int], two: list[int]) -> tuple[str, bool]:
    """The side that names give to the first chain, and whether they give any."""
    votes = 0
    for rows, sign in ((one, 1), (two, -1)):
        sides = [normalise(tree.names[row]).side for row in rows]
        votes += sign * (sides.count("left") - sides.count("right"))
    if abs(votes) < 2:
        return "left", False
    return ("left" if votes > 0 else "right"), True


def _arm(tree: Tree, chain: tuple[int, ...], start: np.ndarray, across: np.ndarray) -> dict[str, int]:
    limb = _limb(tree, chain, start, across)
    names = {"upper_arm": limb.upper, "lower_arm": limb.lower, "hand": limb.end}
    if limb.upper > 0:
        names["shoulder"] = limb.upper - 1
    return {name: chain[place] for name, place in names.items() if place is not None}


def _leg(tree: Tree, chain: tuple[int, ...], start: np.ndarray, across: np.ndarray) -> dict[str, int]:
    limb = _limb(tree, chain, start, across)
    names = {"upper_leg": limb.upper, "lower_leg": limb.lower, "foot": limb.end}
    if limb.end is not None and limb.end + 1 < len(chain):
        names["toes"] = limb.end + 1
    return {name: chain[place] for name, place in names.items() if place is not None}


def _limb(tree: Tree, chain: tuple[int, ...], start: np.ndarray, across: np.ndarray) -> Limb:
    heads = tree.heads[list(chain)]
    splits = [len([c for c in tree.children[index] if tree.way(tree.longest[c]) > 0]) for index in chain]
    plain = [len(tree.children[index]) for index in chain]
    tip = tree.centres[chain[-1]]
    return read_limb(
        heads, [max(a, b if b >= 3 else 0) for a, b in zip(splits, plain, strict=True)], start, across, tip
    )


def _trunk(tree: Tree, arms: Pair, legs: Pair, head: list[int]) -> dict[str, int]:
    """Hips, spine, chest, neck and head."""
    roles: dict[str, int] = {}
    height = float(np.linalg.norm(arms.start - legs.start))
    if head:
        roles["head"] = head[-1]
        if len(head) > 1:
            roles["neck"] = head[-2]
    if legs.parent >= 0 and np.linalg.norm(tree.heads[legs.parent] - legs.start) < 0.5 * height:
        roles["hips"] = legs.parent
    if arms.parent < 0:
        return roles
    above = set(tree.path(legs.parent)) if legs.parent >= 0 else set()
    spine = [row for row in reversed(tree.path(arms.parent)) if row not in above]
    along = (arms.start - legs.start) / height
    spine = [row for row in spine if float((tree.heads[row] - legs.start) @ along) > -0.05 * height]
    names = {1: ["chest"], 2: ["spine", "chest"]}.get(len(spine), ["spine", "chest", "upper_chest"])
    places = [int(place) for place in np.linspace(0, len(spine) - 1, len(names)).round()] if spine else []
    roles |= {name: spine[place] for name, place in zip(names, places, strict=False)}
    return roles
