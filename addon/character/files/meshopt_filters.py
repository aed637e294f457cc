# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to attributes after their meshopt streams are decoded, by KHR_meshopt_compression, appendix B. No bpy.

Each filter takes (count, stride) bytes and returns rows of the same size. Raises ValueError or KeyError for a stride
that it is not made for.
"""

from __future__ import annotations

import numpy as np


def _as_is(rows: np.ndarray) -> np.ndarray:
    return rows


def _round(values: np.ndarray) -> np.ndarray:
    return np.trunc(values + np.copysign(0.5, values))


def _signed(rows: np.ndarray) -> np.ndarray:
    return rows.view({4: np.dtype("i1"), 8: np.dtype("<i2")}[rows.shape[1]])


def _octahedral(rows: np.ndarray) -> np.ndarray:
    stored = _signed(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = (stored[:, axis].astype(np.float32) / stored[:, 2] for axis in (0, 1))
        z = 1 - abs(x) - abs(y)
        fold = np.minimum(z, 0)
        way = np.stack([x - np.copysign(fold, x), y - np.copysign(fold, y), z], axis=1)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
    most = np.iinfo(stored.dtype).max
    return np.column_stack([_round(np.nan_to_num(way) * most).astype(stored.dtype), stored[:, 3]])


def _quaternion(rows: np.ndarray) -> np.ndarray:
    stored = _signed(rows)
    if stored.dtype.itemsize != 2:
        raise ValueError("no quaternions")
    parts = stored[:, :3] / (stored[:, 3:] | 3).astype(np.float32) * np.float32(0.5**0.5)
    longest = np.sqrt(np.maximum(0, 1 - np.sum(parts * parts, axis=1)))
    made = np.empty_like(stored)
    places = ((stored[:, 3:] & 3) + np.array([1, 2, 3, 0])) % 4
    values = np.clip(_round(np.column_stack([parts, longest]) * 32767), -32768, 32767)
    np.put_along_axis(made, places.astype(np.int64), values.astype(stored.dtype), axis=1)
    return made


def _exponential(rows: np.ndarray) -> np.ndarray:
    stored = rows.view("<i4")
    with np.errstate(over="ignore"):
        return np.ldexp((stored << 8 >> 8).astype(np.float32), stored >> 24).astype("<f4")


def _color(rows: np.ndarray) -> np.ndarray:
    stored = _signed(rows)
    unsigned = rows.view(np.dtype(f"<u{stored.dtype.itemsize}"))
    y, alpha = unsigned[:, 0].astype(np.int64), unsigned[:, 3].astype(np.int64)
    co, cg = stored[:, 1].astype(np.int64), stored[:, 2].astype(np.int64)
    scale = (1 << np.frexp(np.maximum(alpha, 1).astype(np.float64))[1].astype(np.int64)) - 1
    alpha &= scale >> 1
    alpha = alpha << 1 | alpha & 1
    most = np.iinfo(unsigned.dtype).max
    made = np.column_stack([y + co - cg, y + cg, y - co - cg, alpha]) * (most / scale)[:, None]
    return np.clip(_round(made), 0, most).astype(unsigned.dtype)


FILTERS = {
    "NONE": _as_is,
    "OCTAHEDRAL": _octahedral,
    "QUATERNION": _quaternion,
    "EXPONENTIAL": _exponential,
    "COLOR": _color,
}
