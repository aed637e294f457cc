# SPDX-License-Identifier: GPL-3.0-or-later
"""Decoder of glTF's meshopt compression, by Khronos' text of KHR_meshopt_compression (its appendix A).

Blender reads it from 5.2 on, without the COLOR filter; no library of it has wheels for every system that Blender runs
on. No bpy.
"""

from __future__ import annotations

import numpy as np

from .meshopt_filters import FILTERS

#: Attribute streams code 16 elements at a time, in blocks of at most this many bytes and elements.
GROUP, BLOCK_BYTES, BLOCK_ELEMENTS = 16, 8192, 256
#: Bits a delta, by the two header bits of a group: version 0, and version 1 by control mode.
WIDTHS = {"old": (0, 2, 4, 8), 0: (0, 1, 2, 4), 1: (1, 2, 4, 8)}
#: The four widths that each header byte stands for.
STEPS = {
    key: [tuple(row[byte >> turn & 3] for turn in (0, 2, 4, 6)) for byte in range(256)] for key, row in WIDTHS.items()
}
#: How many deltas in a byte, by their bits, are all ones: such a one stands for a whole byte that follows its group.
SPILLS = {
    width: np.array(
        [
            sum(byte >> turn & (1 << width) - 1 == (1 << width) - 1 for turn in range(0, 8, width))
            for byte in range(256)
        ],
        np.uint8,
    )
    for width in (1, 2, 4)
}
NO_DATA, LITERAL = 2, 3
#: Groups unpacked at once: bounds the memory for their indices.
BATCH = 1 << 16


class Damaged(ValueError):
    """The stream is not what its header promises."""


def decode(data: bytes, count: int, stride: int, mode: str, shape: str = "NONE") -> bytes:
    """The `count` * `stride` bytes of a compressed buffer view; `shape` is its filter. Raises Damaged."""
    try:
        if mode == "ATTRIBUTES":
            return FILTERS[shape](_attributes(data, count, stride)).tobytes()
        values = {"TRIANGLES": _triangles, "INDICES": _indices}[mode](data, count)
        return values.astype({2: "<u2", 4: "<u4"}[stride]).tobytes()
    except (IndexError, KeyError, ValueError) as error:
        raise Damaged(f"its meshopt data is damaged ({mode.lower()[:20]})") from error


def _attributes(data: bytes, count: int, stride: int) -> np.ndarray:
    """(count, stride) bytes."""
    if data[:1] not in (b"\xa0", b"\xa1") or stride % 4 or not 4 <= stride <= 256 or count < 0:
        raise Damaged("no attribute stream")
    new = data[0] == 0xA1
    tail = stride + stride // 4 * new
    end = len(data) - max(tail, 24 if new else 32)
    if end < 1:
        raise Damaged("too short")
    block = min(BLOCK_BYTES // stride & ~(GROUP - 1), BLOCK_ELEMENTS)
    places, widths = _groups(data, count, stride, block, end)
    deltas = _unpack(data, places, widths)
    # As stored: block, byte of the element, element. As wanted: element, byte.
    whole = count // block
    cut = whole * stride * block
    rows = deltas[:cut].reshape(whole, stride, block).transpose(0, 2, 1).reshape(-1, stride)
    last = deltas[cut:].reshape(stride, -1).T
    rows = np.concatenate([rows, last])[:count]
    first = np.frombuffer(data, np.uint8)[len(data) - tail :]
    modes = first[stride:] if new else np.zeros(stride // 4, np.uint8)
    return np.concatenate(
        [
            _sum_up(np.ascontiguousarray(rows[:, at : at + 4]), first[at : at + 4], int(modes[at // 4]))
            for at in range(0, stride, 4)
        ],
        axis=1,
    )


def _groups(data: bytes, count: int, stride: int, block: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each group's deltas begin, and how many bits each has. A walk: a group's length depends on its content."""
    lengths = _lengths(data)
    places: list[int] = []
    widths: list[int] = []
    place, new = 1, data[0] == 0xA1
    for start in range(0, count, block):
        elements = min(block, count - start)
        groups = -(-elements // GROUP)
        control = data[place : place + stride // 4] if new else b""
        place += len(control)
        for byte in range(stride):
            way = control[byte >> 2] >> (byte & 3) * 2 & 3 if new else "old"
            if way == NO_DATA:
                places += [0] * groups
                widths += [0] * groups
                continue
            if way == LITERAL:
                places += range(place, place + groups * GROUP, GROUP)
                widths += [8] * groups
                place += elements
                continue
            heads = data[place : place + (groups + 3) // 4]
            place += len(heads)
            row = [width for head in heads for width in STEPS[way][head]][:groups]
            for width in row:
                places.append(place)
                place += lengths[width][place]
            widths += row
        if place > end:
            raise Damaged("too short")
    if place != end:
        raise Damaged("too long")
    return np.array(places, np.int64), np.array(widths, np.uint8)


def _lengths(data: bytes) -> dict[int, bytes]:
    """For each number of bits a delta: how long a group would be that began at each byte of the stream."""
    raw = np.frombuffer(data, np.uint8)
    found = {0: bytes(len(raw)), 8: bytes([GROUP]) * len(raw)}
    for width, spills in SPILLS.items():
        spilled = spills[raw]
        total = np.concatenate([[0], np.cumsum(spilled, dtype=np.int64), np.full(2 * width, int(np.sum(spilled)))])
        found[width] = (total[2 * width :][: len(raw)] - total[: len(raw)] + 2 * width).astype(np.uint8).tobytes()
    return found


def _unpack(data: bytes, places: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The deltas of all groups, one byte each, flat."""
    raw = np.concatenate([np.frombuffer(data, np.uint8), np.zeros(2 * GROUP, np.uint8)])
    out = np.zeros((len(places), GROUP), np.uint8)
    for width in (1, 2, 4, 8):
        members = np.flatnonzero(widths == width)
        for start in range(0, len(members), BATCH):
            some = members[start : start + BATCH]
            at = places[some][:, None]
            packed = raw[at + np.arange(2 * width)]
            if width == 8:
                out[some] = packed
                continue
            turns = np.arange(0, 8, width, dtype=np.uint8)
            full = np.uint8((1 << width) - 1)
            values = (packed[:, :, None] >> (turns if width == 1 else turns[::-1]) & full).reshape(-1, GROUP)
            spilled = values == full
            follow = at + 2 * width + np.cumsum(spilled, axis=1) - 1
            out[some] = np.where(spilled, raw[follow], values)
    return out.reshape(-1)


def _sum_up(rows: np.ndarray, first: np.ndarray, mode: int) -> np.ndarray:
    """Four bytes of each element from their deltas to the element before."""
    kind, turn = mode & 15, mode >> 4
    if kind > 2 or (turn and kind < 2):
        raise Damaged("unknown channel mode")
    unit = (np.dtype("u1"), np.dtype("<u2"), np.dtype("<u4"))[kind]
    values, base = rows.view(unit), np.ascontiguousarray(first).view(unit)
    if kind == 2:
        turned = (values >> turn | values << (32 - turn)) if turn else values
        made = np.bitwise_xor.accumulate(np.concatenate([base[None], turned]), axis=0)[1:]
    else:
        plain = values >> 1 ^ (0 - (values & 1)).astype(unit)
        made = np.cumsum(plain, axis=0, dtype=unit) + base
    return np.ascontiguousarray(made).view(np.uint8)


def _number(data: bytes, place: int) -> tuple[int, int]:
    """An unsigned LEB128 number of at most five bytes, and the place behind it."""
    value = 0
    for turn in range(0, 35, 7):
        byte = data[place]
        place += 1
        value |= (byte & 127) << turn
        if byte < 128:
            return value & 0xFFFFFFFF, place
    raise Damaged("an endless number")


def _indices(data: bytes, count: int) -> np.ndarray:
    if data[:1] != b"\xd1":
        raise Damaged("no index stream")
    place, last, made = 1, [0, 0], []
    for _ in range(count):
        value, place = _number(data, place)
        delta = value >> 2
        last[value & 1] += ~delta if value & 2 else delta
        made.append(last[value & 1])
    if place != len(data) - 4:
        raise Damaged("too long or too short")
    return np.array(made, np.int64) & 0xFFFFFFFF


def _from(last: int, data: bytes, place: int) -> tuple[int, int]:
    """An index from its way to the last one that was spelled out, and the place behind it."""
    value, place = _number(data, place)
    return last + (~(value >> 1) if value & 1 else value >> 1), place


def _spelled(data: bytes, place: int, after: int) -> tuple[int, int, int]:
    """The kinds of two corners from the stream; zero begins the count of new vertices again."""
    return data[place], after if data[place] else 0, place + 1


def _triangles(data: bytes, count: int) -> np.ndarray:  # noqa: PLR0912 - one branch for each code of the format
    """Triangle lists: each code byte names a recent edge and a vertex, or three vertices."""
    total = count // 3
    if data[:1] != b"\xe1" or count % 3 or len(data) < 1 + total + 16:
        raise Damaged("no triangle stream")
    table, place, after, last = data[-16:], 1 + total, 0, 0
    edges: list[tuple[int, int]] = []
    recent: list[int] = []
    made: list[int] = []
    for code in data[1 : 1 + total]:
        high, low = code >> 4, code & 15
        if high < 15:
            a, b = edges[-1 - high]
            if low == 0:
                c = after
                after += 1
            elif low < 13:
                c = recent[-1 - low]
            elif low < 15:
                c = last = last + (1 if low == 14 else -1)
            else:
                c, place = _from(last, data, place)
                last = c
            if not 0 < low < 13:
                recent.append(c)
            edges.append((c, b))
        else:
            extra, after, place = (table[low], after, place) if low < 14 else _spelled(data, place, after)
            corners = []
            for kind in (15 if low == 15 else 0, extra >> 4, extra & 15):
                if kind == 0:
                    corner = after
                    after += 1
                elif kind < 15:
                    # The corners of this triangle enter the list together, when all are known.
                    corner = recent[-kind]
                else:
                    corner, place = _from(last, data, place)
                    last = corner
                corners.append(corner)
            a, b, c = corners
            recent += [a, *[corner for corner, kind in ((b, extra >> 4), (c, extra & 15)) if kind in (0, 15)]]
            edges += [(b, a), (c, b)]
        edges.append((a, c))
        made += (a, b, c)
        if len(edges) > 4096:
            del edges[:-16], recent[:-16]
    if place != len(data) - 16:
        raise Damaged("too long or too short")
    return np.array(made, np.int64) & 0xFFFFFFFF
