# SPDX-License-Identifier: GPL-3.0-or-later
"""The bone names of every common rig, each with the roles that they must be given. No bpy."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from modelsheet.character.names.naming import find_roles

RIGS = yaml.safe_load((Path(__file__).parent / "rig_names.yaml").read_text(encoding="utf-8"))
#: What exporters and animators add: never a limb.
HELPERS = (
    "{}_end",
    "{}_IK",
    "{}_twist",
    "ik_{}",
    "{}_ctrl",
)


def bones(rig: str) -> tuple[dict[str, str], list[str]]:
    """(role -> bone, all bones in order)."""
    roles = RIGS[rig]["roles"]
    return roles, [*roles.values(), *RIGS[rig].get("others", [])]


@pytest.mark.parametrize("rig", RIGS)
def test_every_rig_is_read_by_its_names(rig: str) -> None:
    roles, names = bones(rig)
    found = find_roles(names).bones
    assert {role: found.get(role) for role in roles} == roles
    for role, bone in roles.items():
        if role.startswith("left_") and (other := found.get(role.replace("left_", "right_", 1))):
            assert other != bone


@pytest.mark.parametrize("rig", RIGS)
def test_helpers_take_no_role_from_the_bones_they_are_named_after(rig: str) -> None:
    roles, names = bones(rig)
    helpers = [form.format(bone) for form in HELPERS for bone in roles.values()]
    found = find_roles([*names, *helpers]).bones
    assert {role: found.get(role) for role in roles} == roles
