# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a model may be loaded is decided before any library opens it, and said in one plain line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from captioners.sets import safetensors
from modelsheet.captioners.table import captioner
from modelsheet.captioners.weights import check_model, hub_folder, place_of, wanted_files
from modelsheet.common.errors import InputError

BLIP = captioner("blip")
TAGGER = captioner("wd-vit-v3")


def refusal(folder: Path, name: str = "blip") -> str:
    """The line with which a folder is refused."""
    row = captioner(name)
    with pytest.raises(InputError) as caught:
        check_model(row, place_of(row, str(folder)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def write(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def half(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-3])


def pieces(folder: Path, *there: str) -> None:
    (folder / "model.safetensors").unlink()
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    write(folder, "model.safetensors.index.json", {"weight_map": names})
    for name in there:
        (folder / names[name]).write_bytes(safetensors())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: [path.unlink() for path in folder.iterdir()], "has no config.json"),
        (pickled, "pickled (pytorch_model.bin)"),
        (half, "half downloaded or damaged"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b""), "half downloaded or damaged"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\xff" * 400), "half downloaded or damaged"),
        (lambda folder: (folder / "model.safetensors").unlink(), "has no weights"),
        (lambda folder: pieces(folder, "a"), "1 of 2 pieces are missing"),
        (lambda folder: write(folder, "config.json", '{"model_type"'), "half downloaded or damaged"),
        (lambda folder: write(folder, "config.json", "[" * 9000), "half downloaded or damaged"),
        (lambda folder: write(folder, "config.json", []), "half downloaded or damaged"),
        (lambda folder: write(folder, "config.json", {"model_type": "bert"}), "a model of the kind 'bert'"),
        (lambda folder: write(folder, "config.json", {"model_type": "llava"}), "It is one for --captioner llava"),
        (
            lambda folder: write(folder, "config.json", {"model_type": "blip", "auto_map": {"AutoModel": "x.Y"}}),
            "program code of its own",
        ),
        (
            lambda folder: write(folder, "processor_config.json", {"auto_map": {"AutoProcessor": "x.Y"}}),
            "program code of its own",
        ),
    ],
)
def test_a_model_that_must_not_be_loaded_is_refused(model: Path, damage: Callable[[Path], object], words: str) -> None:
    damage(model)
    assert words in refusal(model)


@pytest.mark.parametrize("name", ["../../other.safetensors", "/etc/x.safetensors", "model.bin", ""])
def test_pieces_can_not_be_named_outside_of_the_folder(model: Path, name: str) -> None:
    (model / "model.safetensors").unlink()
    write(model, "model.safetensors.index.json", {"weight_map": {"a": name}})
    assert "no usable pieces" in refusal(model)


def test_a_whole_model_may_be_loaded_and_its_numbers_are_known(model: Path) -> None:
    found = check_model(BLIP, place_of(BLIP, str(model)))
    assert found.numbers == 4
    assert found.place.folder == model
    pieces(model, "a", "b")
    assert check_model(BLIP, place_of(BLIP, str(model))).numbers == 8


def test_another_model_in_the_same_folder_is_another_revision(model: Path) -> None:
    before = check_model(BLIP, place_of(BLIP, str(model))).place.revision
    assert check_model(BLIP, place_of(BLIP, str(model))).place.revision == before
    (model / "model.safetensors").write_bytes(safetensors(8))
    assert check_model(BLIP, place_of(BLIP, str(model))).place.revision != before


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert f"{tmp_path / 'nowhere'}: no such folder" in refusal(tmp_path / "nowhere")


def test_weights_that_are_not_here_are_refused_with_the_command_that_fetches_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    for asked, words in ((None, "--captioner blip`"), (f"me/mine@{'a' * 40}", f"--model me/mine@{'a' * 40}`")):
        with pytest.raises(InputError, match="not on this computer") as caught:
            check_model(BLIP, place_of(BLIP, asked))
        assert words in str(caught.value)


@pytest.mark.parametrize("name", ["me/mine", "me/mine@main", "me/mine@abc"])
def test_a_hub_name_without_its_commit_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="wants its commit"):
        place_of(BLIP, name)


def test_the_hubs_cache_is_where_its_own_library_has_it(tmp_path: Path) -> None:
    ends = Path("models--me--mine") / "snapshots" / "abc"
    cases: list[tuple[dict[str, str], Path]] = [
        ({"HF_HUB_CACHE": str(tmp_path)}, tmp_path / ends),
        ({"HF_HOME": str(tmp_path)}, tmp_path / "hub" / ends),
        ({"XDG_CACHE_HOME": str(tmp_path)}, tmp_path / "huggingface" / "hub" / ends),
        ({}, Path.home() / ".cache" / "huggingface" / "hub" / ends),
    ]
    for environ, folder in cases:
        assert hub_folder("me/mine", "abc", environ) == folder


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({}, "has no model.onnx"),
        ({"model.onnx": b"x"}, "has no selected_tags.csv"),
        ({"model.onnx": b"", "selected_tags.csv": b"x"}, "is empty"),
        ({"config.json": b"{}", "model.safetensors": b"x"}, "no tagger"),
    ],
)
def test_a_tagger_needs_both_of_its_files(tmp_path: Path, there: dict[str, bytes], words: str) -> None:
    for name, data in there.items():
        (tmp_path / name).write_bytes(data)
    assert words in refusal(tmp_path, "wd-vit-v3")


def test_what_is_fetched_are_weights_and_words_never_pickles_or_programs() -> None:
    names = [
        "README.md",
        "config.json",
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "run.py",
    ]
    names += ["tf_model.h5", "tokenizer.json", "vocab.txt", "onnx/model.onnx", "model-00001-of-00002.safetensors"]
    assert wanted_files(BLIP, names) == ["model.safetensors", "config.json", "tokenizer.json", "vocab.txt"]
    shards = [f"model-0000{number}-of-00002.safetensors" for number in (1, 2)]
    index = "model.safetensors.index.json"
    assert wanted_files(BLIP, ["config.json", index, *shards]) == [*shards, "config.json", index]
    assert wanted_files(TAGGER, ["model.onnx", "selected_tags.csv", "model.msgpack"]) == [
        "model.onnx",
        "selected_tags.csv",
    ]
    for row, found in ((BLIP, ["config.json", "pytorch_model.bin"]), (BLIP, []), (TAGGER, ["model.onnx"])):
        with pytest.raises(InputError):
            wanted_files(row, found)
