# SPDX-License-Identifier: GPL-3.0-or-later
"""processed + captions -> final_dataset: the training folder with everything that says where it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..common.errors import InputError
from ..common.files import sha256_value
from ..plan.control import DEFAULT
from .backgrounds import trained_on
from .built_caption import CaptionFiles
from .built_picture import Made, add_picture, background_of
from .caption_said import class_word
from .caption_style import caption_options, chosen_style
from .captioned import caption_set
from .card import card
from .checks.drops import staying
from .described import Described, repeats, resolution
from .folder import Folder
from .layout import FINAL, Row, read_facts, read_job, read_plan, read_rows
from .manifest import manifest_before, manifest_of, metadata, set_facts
from .output import Output
from .packages import configs
from .pictures import picture_size
from .process import picture_path, read_index
from .prompts import prompt_files
from .provenance import provenance
from .review.form import Review
from .review.store import read_review
from .rights import judge_out
from .trigger import check_class
from .writer import Writer


def build(out: Path, note: Callable[[str], None] = lambda sentence: None) -> Path:
    """Make OUT/final_dataset from what earlier stages left in OUT; returns the folder. note: gets what to tell.

    The same OUT gives the same bytes. What a person edited there, or wrote in the review, stays (see folder.py).
    Raises InputError (nothing rendered, bad options) and WorkError (a picture is missing, the disk is full).
    """
    job, facts, review = read_job(out), read_facts(out), read_review(out)
    rows = _kept(out, staying(out, read_rows(out)), review)
    options = caption_options(job)
    wanted = tuple(job.get("preset_resolved", {}).get("control", DEFAULT))
    made = Made(out, Output.from_job(job), read_index(out).entries, wanted)
    sizes = {row["id"]: picture_size(picture_path(out, row)) for row in rows}
    described = Described(
        trigger=options.trigger,
        class_word=check_class(class_word(facts, options)),
        repeats=repeats(job.get("repeats"), len(rows)),
        style=options.style,
        pictures=len(rows),
        resolution=resolution(list(sizes.values())),
    )
    writer = Writer(Folder(out, FINAL))
    captioned = caption_set(out, rows, facts, options)
    files = CaptionFiles(writer, options.trigger, options.style, review, manifest_before(out / FINAL))
    entries = []
    for row in rows:
        entry = add_picture(writer, described, made, row, sizes[row["id"]])
        entries.append(entry | files.add(entry["caption"], row, captioned.pictures[row["id"]]))
    writer.add("metadata.jsonl", metadata(entries, job))
    manifest = manifest_of(described, job, facts, read_plan(out), entries)
    manifest["captions"] = {**chosen_style(job).to_json(), "captioner": options.captioner}
    manifest["output"] = made.output.to_json()
    judged = judge_out(out)
    manifest["rights"] = judged.to_json()
    clear = any(trained_on(background) is not background for background in map(background_of, rows))
    writer.add("README.md", card(described, manifest, set_facts(entries), judged, clear).encode())
    writer.add("provenance.json", provenance(job, manifest, judged))
    for path, text in prompt_files(described, [entry["text"] for entry in entries]).items():
        writer.add(path, text.encode())
    for name, text in configs(described).items():
        writer.add(f"configs/{name}", text.encode(), sha256_value([name, text]))
    writer.close(manifest)
    for sentence in (*captioned.notes, *files.close()):
        note(sentence)
    return out / FINAL


def _kept(out: Path, rows: list[Row], review: Review) -> list[Row]:
    """Without the pictures that a person has rejected as they are now. Raises InputError when none is left."""
    kept = [row for row in rows if review.verdict(row["id"], row["sha256"]) != "rejected"]
    if rows and not kept:
        raise InputError(f"{out}: every picture is rejected. Take some in again with `modelsheet review {out}`.")
    return kept
