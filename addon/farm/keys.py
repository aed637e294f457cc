# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys: the hash of all that decides the pixels of a take and of a print, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..common.files import sha256_value
from ..common.fingerprint import code_fingerprint
from ..plan.gains import GROUPED
from ..plan.lamps import world_profile
from ..plan.rigs import Adjust, lamps, units
from ..plan.samples import samples_for
from ..plan.settings import setting
from ..plan.shots import RENDERED, Shot
from ..plan.strips import strips

#: A take, by its settings on the axes that are rendered.
Rendered = tuple[str, ...]


@dataclass(frozen=True)
class Exposure:
    """How a take is rendered: for which lightings at once, with how many samples, and the key of its negative."""

    lightings: tuple[str, ...]
    samples: int
    key: str


def exposures(
    lightings: Mapping[Rendered, tuple[str, ...]], subject: dict[str, Any], options: dict[str, Any]
) -> dict[Rendered, Exposure]:
    """The exposure of each take.

    lightings: whose light each take holds. subject: what is photographed (content hash, corrections, sitter's
    parameters); options: how (engine, resolution, samples, Blender's version).
    """
    common = {"subject": subject, "code": code_fingerprint()}
    return {take: _exposure(take, names, common, options) for take, names in lightings.items()}


def print_keys(
    shots: Iterable[Shot], takes: Mapping[Rendered, Exposure], adjust: Callable[[Shot], Adjust]
) -> dict[Shot, str]:
    """The key of each shot's print, in order. The background is composited later and decides no pixel of it."""
    return {shot: _print_key(shot, takes[rendered(shot)], adjust(shot)) for shot in shots}


def rendered(shot: Shot) -> Rendered:
    """The take that a shot belongs to."""
    return shot.settings[: len(RENDERED)]


def _exposure(take: Rendered, lightings: tuple[str, ...], common: dict[str, Any], options: dict[str, Any]) -> Exposure:
    grouped = options["engine"] in GROUPED
    samples = samples_for(options["samples"], len(lightings)) if grouped else options["samples"]
    decides = {
        **common,
        "options": {**options, "samples": samples},
        **{axis: {"name": name, **setting(axis, name).geometry} for axis, name in zip(RENDERED, take, strict=True)},
        "lightings": sorted(lightings),
        "light": _light(lightings, grouped),
    }
    return Exposure(lightings, samples, sha256_value(decides))


def _light(lightings: tuple[str, ...], grouped: bool) -> dict[str, Any]:
    if not grouped:
        return {name: setting("lighting", name).geometry for name in lightings}
    stands = {name: asdict(lamp) for name, lamp in lamps(lightings).items()}
    return {"lamps": stands, "world": world_profile(), "units": units(lightings), "strips": strips(lightings)}


def _print_key(shot: Shot, exposure: Exposure, adjust: Adjust) -> str:
    lighting = {"name": shot["lighting"], **setting("lighting", shot["lighting"]).geometry}
    return sha256_value({"take": exposure.key, "lighting": lighting, "adjust": adjust.to_json()})
