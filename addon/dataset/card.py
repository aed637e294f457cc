# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md of the dataset: what it is, for whoever unpacks it later."""

from __future__ import annotations

from typing import Any

from .described import Described

_CARD = """\
# {trigger}

{pictures} pictures of one character, rendered from a 3D model and captioned from what was photographed.
{kept}
- **Trigger word: `{trigger}`.** It stands in every caption already, first. Do not let a tool inject it again, and do
  not sort tags alphabetically: it would lose its place.
- Class: {class_word}. Captions: {style}. Each picture is shown {repeats} times in an epoch.
- `{image_dir}/` holds pictures and captions; `masks/` a mask for each, white where the subject is and a little around.
  Never put masks beside the pictures: trainers would train on them.
- `configs/` holds what trainers read. Start kohya's sd-scripts from this folder, with
  `--dataset_config configs/kohya_dataset.toml`, or `configs/kohya_masked.toml` together with `--masked_loss`.
- `metadata.jsonl` gives every picture's captions in all styles, and its settings; `manifest.json` where it came from.
- `SHA256SUMS` lets you check that everything is whole: `sha256sum -c SHA256SUMS`.

Captions may be edited here: yours stay when the dataset is built again, and ours lie in the job's `backup` folder.
Delete a caption to get ours back. If a trainer has left caches (`*.npz`) here, delete them after building again.

## Rights

{rights}
"""
_CLEAR = "Those with a transparent background are on white here; with their alpha they lie in the job's `processed`.\n"


def card(described: Described, character: dict[str, Any], clear: bool) -> str:
    """The text. character: as in the manifest; clear: whether a picture was rendered without a background."""
    licence = character["licence"] or {}
    said = {name: value for name, value in licence.items() if name != "fields"}
    rest = {name: value for name, value in licence.get("fields", {}).items() if value not in said.values()}
    facts = [f"- {name}: {_plain(value)}" for name, value in {**said, **rest}.items() if value not in (None, "", [])]
    stated = (
        "The character's file states:\n\n" + "\n".join(facts) if facts else "The character's file states no licence."
    )
    rights = (
        f"Character: {character['name']}.\n\n{stated}\n\nSilence is not permission: check that you may train on it."
    )
    return _CARD.format(
        trigger=described.trigger,
        pictures=described.pictures,
        class_word=described.class_word,
        style=described.style,
        repeats=described.repeats,
        image_dir=described.image_dir,
        kept=_CLEAR if clear else "",
        rights=rights,
    )


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return " ".join(str(value).split())
