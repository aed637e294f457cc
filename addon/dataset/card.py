# SPDX-License-Identifier: GPL-3.0-or-later
"""README.md of the dataset: a card in Hugging Face's form, for whoever unpacks the set later."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from ..plan.caption_styles import TITLES
from ..plan.shots import AXES
from .described import Described
from .mitigations import SetFacts, mitigations
from .rights import Judged, grade_words, notice

# What markdown, and the HTML in it, could take for markup in other people's words.
_MARKUP = re.compile(r"([\\`*_{}\[\]|~#$])")
_LONGEST = 600

_CARD = """\
---
{front}---
# {trigger}

{what}
{kept}
## Train with it

- **Trigger word: `{trigger}`.** It stands in every caption already, first. Do not let a tool inject it again, and do
  not sort tags alphabetically: it would lose its place.
- Class: {class_word}. Each picture is shown {repeats} times in an epoch.
- Captions: {style}.

Where things lie in the dataset's own folder (a package for one trainer is laid out as its README says):

- `{image_dir}/` holds pictures and captions; `masks/` a mask for each, white where the subject is and a little around.
  Never put masks beside the pictures: trainers would train on them.
- `configs/` holds what trainers read. Start kohya's sd-scripts from this folder, with
  `--dataset_config configs/kohya_dataset.toml`, or `configs/kohya_masked.toml` together with `--masked_loss`.
- `prompts/` holds prompts to test the LoRA with, and a list for regularisation pictures; nothing trains on them.
  `modelsheet grade FOLDER_OF_SAMPLES --against THIS_FOLDER` lays what it makes beside these pictures.
- `metadata.jsonl` gives every picture's captions in all styles, and its settings; `manifest.json` and
  `provenance.json` where it all came from.
- `SHA256SUMS` lets you check that everything is whole: `sha256sum -c SHA256SUMS`.

Captions may be edited here: yours stay when the dataset is built again, and ours lie in the job's `backup` folder.
Delete a caption to get ours back. If a trainer has left caches (`*.npz`) here, delete them after building again.

## What it shows

{composition}

## How it was made

{made}

{mitigated}
## Rights

{rights}
"""
_CLEAR = "Those with a transparent background are on white here; with their alpha they lie in the job's `processed`.\n"
_VERDICTS = {
    "allowed": "allowed, as far as is known",
    "depends": "it depends",
    "unknown": "not known",
    "not_allowed": "**not allowed**, as far as is known",
}
_PURPOSES = {"private": "their own use", "publish": "publication"}


def card(described: Described, manifest: Mapping[str, Any], facts: SetFacts, judged: Judged, clear: bool) -> str:
    """The text. manifest: as build.py makes it; clear: whether a picture was rendered without a background.

    The same set gives the same bytes.
    """
    pictures = manifest["pictures"]
    rendered = any((entry.get("print") or {}).get("engine") for entry in pictures)
    name = manifest["character"].get("name")
    source = "rendered from a 3D model and captioned from what was photographed" if rendered else "with captions"
    steps = "".join(f"- **{title}.** {text}\n" for title, text in mitigations(facts) if text)
    return _CARD.format(
        front=_front(described, judged, rendered),
        trigger=described.trigger,
        what=f"{described.pictures} pictures of one character{f' ({_plain(name)})' if name else ''}, {source}.",
        kept=_CLEAR if clear else "",
        class_word=described.class_word,
        style=_captions(described.style, manifest),
        repeats=described.repeats,
        image_dir=described.image_dir,
        composition=_composition(pictures),
        made=_made(manifest, pictures, rendered),
        mitigated=f"What was done so that a LoRA does not learn the renderer:\n\n{steps}" if steps and rendered else "",
        rights=_rights(judged),
    )


def _front(described: Described, judged: Judged, rendered: bool) -> str:
    """The YAML that Hugging Face reads; `unknown` and `other` are words of its list of licences."""
    licence = {"license": judged.card_licence}
    if judged.card_licence == "other":
        licence["license_name"] = "ask-the-author"
    tags = ["lora", "character", "image", "synthetic", "3d-render", "modelsheet"]
    front = {
        "pretty_name": f"{described.trigger}, {described.pictures} pictures of one character",
        **licence,
        "language": ["en"],
        "task_categories": ["text-to-image"],
        "size_categories": ["n<1K" if described.pictures < 1000 else "1K<n<10K"],
        "tags": tags if rendered else [tag for tag in tags if tag not in ("synthetic", "3d-render")],
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=1000)


def _captions(style: str, manifest: Mapping[str, Any]) -> str:
    """Their form, and whose words are in them."""
    captioner = (manifest.get("captions") or {}).get("captioner")
    spoken = sum(any(word["origin"] == "model" for word in entry.get("words", ())) for entry in manifest["pictures"])
    edited = sum(bool(entry.get("caption_edited")) for entry in manifest["pictures"])
    whose = [
        f"what the model {_plain(captioner)} saw, where it does not contradict what is known, is in {spoken} of them"
        if spoken
        else "",
        f"{edited} {'was' if edited == 1 else 'were'} written by a person" if edited else "",
    ]
    said = "".join(f"; {words}" for words in whose if words)
    return f"{TITLES.get(style, style)} (`{style}`){said}"


def _composition(pictures: list[dict[str, Any]]) -> str:
    rows = []
    for axis in AXES:
        counted = Counter(entry["settings"][axis] for entry in pictures if axis in (entry.get("settings") or {}))
        if counted:
            shown = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in counted.most_common())
            rows.append((axis.capitalize(), _plain(shown)))
    sizes = Counter("x".join(map(str, entry["size"])) for entry in pictures if entry.get("size"))
    rows.append(("Size", ", ".join(f"{size} px ({number})" for size, number in sizes.most_common(12))))
    return _table(("", "pictures"), rows)


def _made(manifest: Mapping[str, Any], pictures: list[dict[str, Any]], rendered: bool) -> str:
    prints = [entry.get("print") or {} for entry in pictures]
    said = {
        name: sorted({str(one[name]) for one in prints if one.get(name)})
        for name in ("blender", "engine", "samples", "denoiser")
    }
    character = manifest["character"]
    rows = [
        ("Program", f"Modelsheet {manifest['modelsheet']}"),
        ("Blender", ", ".join(said["blender"])),
        ("Engine", ", ".join(said["engine"])),
        ("Samples", ", ".join(said["samples"])),
        ("Denoiser", ", ".join(said["denoiser"])),
        (
            "Preset and seed",
            f"{_plain(manifest.get('preset'))}, {manifest.get('seed')}" if manifest.get("preset") else "",
        ),
        ("Character's file", _plain(character.get("file"))),
        ("Its SHA-256", f"`{character['sha256']}`" if character.get("sha256") else ""),
    ]
    return _table(("", ""), rows if rendered else [rows[0]])


def _rights(judged: Judged) -> str:
    source, licence = judged.source, judged.licence or {}
    read = [f"version of {_plain(source.clause_date)}" if source.clause_date else "", f"looked at on {source.read}"]
    terms = f"<{source.url}>{source.address}, " if source.url else ""
    evidence = f"{terms}{', '.join(filter(None, read))}: {grade_words(source.grade)}"
    words = f"“{_plain(source.clause)}” (read at <{source.clause_at}>)"
    rows = [
        ("Comes from", _plain(source.name)),
        ("Its terms", _plain(source.says) if source.key else ""),
        ("In their words", words if source.clause else ""),
        ("Evidence", evidence if source.key and source.grade != "given" else ""),
        ("Publishing", _verdict(judged, "publish")),
        ("Private use", _verdict(judged, "private")),
        ("Asked for", _plain(", ".join(judged.asks))),
        ("Made for", f"{_PURPOSES[judged.purpose]}, says whoever made the set"),
        ("Their reason", f"“{_plain(judged.reason)}”" if judged.reason else ""),
    ]
    said = {name: value for name, value in licence.items() if name != "fields"}
    rest = {name: value for name, value in (licence.get("fields") or {}).items() if value not in said.values()}
    stated = [(_plain(name), _plain(value)) for name, value in {**said, **rest}.items() if value not in (None, "", [])]
    file = "The character's file states no licence."
    if stated:
        file = f"The character's file states:\n\n{_table(('', ''), stated)}"
    return f"{_table(('', ''), rows)}\n\n{file}\n\nSilence is not permission. {notice()}"


def _verdict(judged: Judged, use: str) -> str:
    why = "; ".join(line for line in judged.because[use] if line != judged.source.says)
    return _VERDICTS[judged.verdicts[use]] + (f": {_plain(why)}" if why else "")


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    """A markdown table; rows with nothing to say are left out."""
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {text} |" for name, text in rows if text])


def _plain(value: Any) -> str:
    """Other people's words on one line, with nothing in them that markdown or HTML would take for markup."""
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    text = " ".join(str("" if value is None else value).split())[:_LONGEST]
    return _MARKUP.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
