# SPDX-License-Identifier: GPL-3.0-or-later
"""FILE.modelsheet.yaml beside a model: what it may say, and that what it says reaches the keys of the pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from modelsheet.common.errors import InputError
from modelsheet.sidecar import SUFFIX, corrections

NOTHING: dict[str, str | None] = {"facing": None, "head": None, "character": None}


def beside(tmp_path: Path, text: str | bytes) -> str:
    data = text.encode() if isinstance(text, str) else text
    (tmp_path / f"hero.vrm{SUFFIX}").write_bytes(data)
    return str(tmp_path / "hero.vrm")


def test_without_a_file_the_command_line_stands(tmp_path: Path) -> None:
    assert corrections(str(tmp_path / "hero.vrm"), {}).values == NOTHING
    assert corrections("sitter", {"facing": "+X"}).values == {**NOTHING, "facing": "+X"}


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    file = beside(tmp_path, "facing: +x\nhead: 'J_Bip_C_Head'\n")
    known = corrections(file, {**NOTHING, "facing": "-Y"})
    assert known.values == {"facing": "-Y", "head": "J_Bip_C_Head", "character": None}
    assert known.used == ("head",)
    assert known.spoken() == "head J_Bip_C_Head"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("facing: y", {"facing": "+Y"}),
        ("facing: -Y\ncharacter: Ada\n", {"facing": "-Y", "character": "Ada"}),
        ("facing:\nhead: \n", {}),
        ("", {}),
        ("\ufeff# only a comment\n", {}),
        ("character: 初音ミク", {"character": "初音ミク"}),
        ("eyes: '(0.03, -0.1, 1.5), (-.03, -1e-1, 1.5)'", {"eyes": "0.03,-0.1,1.5 -0.03,-0.1,1.5"}),
        ("scene: Studio", {"scene": "Studio"}),
    ],
)
def test_what_it_may_say(tmp_path: Path, text: str, values: dict[str, str]) -> None:
    assert corrections(beside(tmp_path, text), NOTHING).values == {**NOTHING, **values}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("facing: -Y\nface: Head\n", ["line 2", "`face`", "facing, head, character"]),
        ("\nfacing: up\n", ["line 2", "facing up", "-Y, +Y, -X or +X"]),
        ("facing: +Z", ["line 1", "+Z"]),
        ("head: Head\neyes: 1,2,3", ["line 2", "eyes 1,2,3", "X,Y,Z"]),
        ("eyes: 1,2,3 1,2,3", ["X,Y,Z"]),
        ("eyes: 1,2,3 nan,2,3", ["X,Y,Z"]),
        ("eyes: 1,2,3 1e300,2,3", ["X,Y,Z"]),
        ("head: 12", ["line 1", "`head`", "quotes"]),
        ("head: no", ["line 1", "`head`", "quotes"]),
        ("character: [a, b]", ["line 1", "`character`"]),
        ("head: ''", ["line 1", "`head`"]),
        ("head: " + "x" * 300, ["line 1", "`head`"]),
        ("facing: -Y\nfacing: +Y\n", ["line 2", "twice"]),
        ("- facing", ["top level"]),
        ("head: &a x\ncharacter: *a", ["aliases"]),
        ("head: !!python/object/apply:os.system ['true']", ["line 1", "YAML"]),
        ("head: 'open", ["YAML"]),
        (b"head: \xff\xfe", ["UTF-8"]),
        ("[" * 500_000, ["nested"]),
        ("#" * (1 << 21), ["larger"]),
    ],
)
def test_what_it_may_not_say(tmp_path: Path, text: str | bytes, named: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        corrections(beside(tmp_path, text), NOTHING)
    message = str(caught.value)
    assert "hero.vrm.modelsheet.yaml" in message
    assert "preset" not in message
    for word in named:
        assert word in message


def test_a_folder_of_that_name_is_told(tmp_path: Path) -> None:
    (tmp_path / f"hero.vrm{SUFFIX}").mkdir()
    with pytest.raises(InputError, match=r"hero\.vrm\.modelsheet\.yaml"):
        corrections(str(tmp_path / "hero.vrm"), NOTHING)
