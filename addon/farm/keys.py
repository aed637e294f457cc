# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of a print: the hash of all that decides its pixels, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..common.files import sha256_value
from ..common.fingerprint import code_fingerprint
from ..plan.settings import setting
from ..plan.shots import AXES, Shot

#: The background is composited later, so it decides no pixel of a print.
DECIDING_AXES = tuple(axis for axis in AXES if axis != "background")


def print_keys(shots: Iterable[Shot], subject: dict[str, Any], options: dict[str, Any]) -> dict[Shot, str]:
    """The key of each shot, in order.

    subject: what was photographed (content hash, corrections, sitter's parameters); options: how (engine, resolution,
    samples, Blender's version).
    """
    common = {"subject": subject, "options": options, "code": code_fingerprint()}
    return {
        shot: sha256_value({**common, **{axis: _decides(axis, shot[axis]) for axis in DECIDING_AXES}}) for shot in shots
    }


def _decides(axis: str, name: str) -> dict[str, Any]:
    return {"name": name, **setting(axis, name).geometry}
