# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of captioners: every row is pinned and can be run by a family, and a wrong name is refused."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from modelsheet.captioners.child.families import MODULES
from modelsheet.captioners.options import Options
from modelsheet.captioners.table import DEFAULT, Captioner, captioner, captioners, family_of, kinds, title
from modelsheet.common.errors import InputError
from modelsheet.dataset.spoken import NAME, SPEAKS


@pytest.mark.parametrize("row", captioners(), ids=lambda row: row.name)
def test_every_row_is_pinned_and_runnable(row: Captioner) -> None:
    assert NAME.fullmatch(row.name)
    assert re.fullmatch(r"[0-9a-f]{40}", row.revision)
    assert row.family in MODULES and title(row.family)
    assert row.speaks in SPEAKS and row.licence and row.about.endswith(".")
    assert row.download > 0 and row.memory["weights"] > 0 and row.memory["picture"] > 0
    assert row.is_tagger == (row.speaks == "tags")
    assert all(family_of(kind) == row.family for kind in kinds(row.family))
    wanted = {"general", "character"} if row.is_tagger else {"prompt", "tokens", "beams"}
    assert wanted <= set(row.settings)


def test_blip_is_what_is_meant_where_none_is_named() -> None:
    assert captioner(DEFAULT).family == "blip"


def test_every_family_can_be_had() -> None:
    assert {row.family for row in captioners()} == set(MODULES)


def test_a_wrong_name_is_refused_with_the_right_ones() -> None:
    with pytest.raises(InputError, match="florence-2"):
        captioner("florence")


@pytest.mark.parametrize("wrong", [{"device": "tpu"}, {"dtype": "int8"}, {"batch": 0}, {"batch": 10_000}])
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=str(next(iter(wrong.values())))):
        Options(**wrong)  # type: ignore[arg-type]


def test_the_list_is_there_without_any_model_library() -> None:
    """The sidebar draws it."""
    code = (
        "import sys, modelsheet.captioners.table as t, modelsheet.captioners.environment as e; t.captioners(); e.look()"
    )
    code += "; print(sorted(set(sys.modules) & {'torch', 'transformers', 'onnxruntime', 'bpy', 'huggingface_hub'}))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
