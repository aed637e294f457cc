# SPDX-License-Identifier: GPL-3.0-or-later
"""Shots, preview, captions, review, package and preferences: drawn in every state, without a window."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from drawn_layout import Drawn, draw
from modelsheet.dataset.packages import trainers
from modelsheet.plan.shots import AXES
from modelsheet.ui import panels, registration
from modelsheet.ui.book import edition
from modelsheet.ui.desk import Desk
from modelsheet.ui.outlook import Outlook
from modelsheet.ui.panels.preferences import draw_preferences
from PIL import Image

OURS = [kind for module in (panels.shots, panels.preview, panels.captions, panels.package) for kind in module.CLASSES]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The picks, at their defaults, with a folder of their own for presets and output."""
    monkeypatch.setenv("MODELSHEET_PRESETS", str(tmp_path / "presets"))
    monkeypatch.setenv("MODELSHEET_CAPTIONING", str(tmp_path / "captioning"))
    registration.register()
    settings = bpy.context.scene.modelsheet
    settings.source, settings.out = "sitter", str(tmp_path / "out")
    yield settings
    groups = (settings.shots, settings.captions, settings.package, settings)
    for group in groups:
        for name in [*group.bl_rna.properties.keys()]:
            if name not in ("rna_type", "name") and not group.is_property_readonly(name):
                group.property_unset(name)
    registration.unregister()


@pytest.fixture
def desk(settings: Any) -> Desk:
    return panels.shots.MODELSHEET_PT_shots.desk


def known(desk: Desk, settings: Any) -> Outlook:
    """What the picks come to, waited for."""
    answer = desk.outlooks.wait(desk.question(settings))
    assert answer is not None
    return answer


def finished(out: Path) -> Path:
    """A small finished set in the output folder."""
    rows, listed = [], []
    for number in (1, 2, 3):
        name = f"{number:04d}_portrait_front_happy"
        rows.append({"id": name, "number": number, "file": f"{name}.png", "sha256": f"{number:064d}"})
        for folder in ("raw_generated", "processed"):
            (out / folder).mkdir(parents=True, exist_ok=True)
            Image.new("RGBA", (64, 64), (200, 30 * number, 60, 255)).save(out / folder / f"{name}.png")
        caption = f"train/10_x/{number}.txt"
        (out / "final_dataset" / caption).parent.mkdir(parents=True, exist_ok=True)
        (out / "final_dataset" / caption).write_text(f"x_syn, woman, picture {number}\n")
        listed.append({"id": name, "caption": caption})
    (out / "raw_generated" / "shots.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (out / "final_dataset" / "manifest.json").write_text(json.dumps({"pictures": listed}))
    (out / "job.yaml").write_text("trigger: x_syn\n")
    (out / "packages").mkdir()
    (out / "packages" / "x_syn_kohya.zip").write_bytes(b"x" * 1000)
    return out


def open_set(desk: Desk, settings: Any) -> Path:
    """The set in the output folder, read."""
    out = finished(Path(settings.out))
    desk.books.wait(edition(out))
    return out


def progress(state: str) -> SimpleNamespace:
    return SimpleNamespace(state=state, busy=state in ("running", "stopping"), words="…", done=1, total=2, factor=0.5,
                           notes=["A note."], results={}, out=None, ending="stopped")  # fmt: skip


@pytest.mark.parametrize("state", ["idle", "running", "stopping", "paused", "done", "failed", "stopped"])
def test_every_panel_is_drawn_in_every_state(settings: Any, desk: Desk, state: str) -> None:
    if state == "done":
        open_set(desk, settings)
    for character in ("sitter", "none", "file", "scene"):
        drawn_with(settings, desk, state, character)


def drawn_with(settings: Any, desk: Desk, state: str, character: str) -> None:
    settings.source = "file" if character == "none" else character
    settings.file = "/somewhere/ada.vrm" if character == "file" else ""
    desk.runner.progress = progress(state)
    settings.captions.captioner = "blip" if state == "failed" else "truth"
    settings.package.size = "own" if state == "failed" else "print"
    settings.package.source = "mixamo" if state == "failed" else "unsaid"
    settings.shots.on_background_folder = state == "failed"
    for opened in (True, False):
        for panel in OURS:
            draw(panel, opened)
    try:
        known(desk, settings)
    except Exception as error:  # no character, or an output folder beside a file that was never saved
        assert character == "none", error
    for panel in OURS:
        assert draw(panel).rows
    desk.runner.progress = progress("idle")


def test_the_shots_are_told_live(settings: Any, desk: Desk) -> None:
    assert "Planning" in draw(OURS[0]).words
    known(desk, settings)
    words = draw(OURS[0]).words
    assert "40 pictures, 40 renders" in words and "pairs are seen" in words
    assert "About" in words and "roughly guessed" in words
    settings.shots.budget = 8
    assert "40 pictures" in draw(OURS[0]).words  # until the new plan is there
    known(desk, settings)
    assert "8 pictures" in draw(OURS[0]).words
    settings.shots.budget = 5000
    known(desk, settings)
    assert "5000 pictures, about 5000 renders" in draw(OURS[0]).words


def test_switches_show_the_preset_and_keep_only_what_differs(settings: Any, desk: Desk) -> None:
    shots = settings.shots
    assert shots.on_expression_happy and not shots.on_background_black and shots.weight_angle_front == 10
    assert shots.own == ""
    shots.on_expression_happy = False
    shots.weight_angle_front = 2
    shots.vary_lighting = False
    found = known(desk, settings)
    assert found.counts["expression"].get("happy", 0) == 0
    assert found.counts["lighting"] == {"neutral_studio": 40}
    shots.vary_lighting = True
    shots.on_expression_happy = True
    assert shots.changed
    assert bpy.ops.modelsheet.preset_reset() == {"FINISHED"}
    assert not shots.changed and not bpy.ops.modelsheet.preset_reset.poll()
    shots.on_expression_happy = False
    settings.preset = "quick"  # what was changed was changed of another preset
    assert not shots.changed and shots.budget == 8
    shots.budget = 8
    assert shots.own == ""
    for axis in AXES:
        assert f"vary_{axis}" in draw(OURS[1]).texts("prop")


def test_what_can_not_be_is_said_in_the_panel(settings: Any, desk: Desk) -> None:
    for name in ("happy", "serious"):
        setattr(settings.shots, f"on_expression_{name}", False)
    settings.package.for_kohya = False
    assert "No trainer" in desk.problem(settings)
    settings.package.for_civitai = True
    assert known(desk, settings).problem == ""  # the sitter may be published
    settings.source, settings.file = "file", "/somewhere/ada.vrm"
    problem = known(desk, settings).problem
    assert "Source" in problem and "--" not in problem
    assert problem.split(".")[0] in draw(panels.package.MODELSHEET_PT_package).words
    settings.package.source, settings.package.reason = "own", ""
    assert known(desk, settings).problem == ""
    settings.package.size, settings.resolution = "1024", 256
    assert "Resolution" in known(desk, settings).problem


def test_damaged_picks_of_a_strangers_file_do_no_harm(settings: Any, desk: Desk) -> None:
    for text in ("{", "[]", '{"axes": 3}', '{"axes": {"angle": {"front": -1, "x": 2}}, "still": [7]}', "x" * 70000):
        settings.shots.own = text
        assert settings.shots.budget == 40
        draw(OURS[1])
    settings.shots.own = ""
    settings.preset_name = "gone"
    assert "isn't there any more" in draw(OURS[0]).words
    with pytest.raises(RuntimeError, match="isn't there any more"):
        bpy.ops.modelsheet.make()


def test_a_preset_is_saved_renamed_given_away_and_deleted(settings: Any, desk: Desk, tmp_path: Path) -> None:
    settings.shots.budget = 9
    settings.shots.on_lighting_rim = False
    assert not bpy.ops.modelsheet.preset_delete.poll()  # it came with us
    assert bpy.ops.modelsheet.preset_save(title="My nine") == {"FINISHED"}
    assert (settings.preset_name, settings.preset, settings.shots.own) == ("my_nine", "my_nine", "")
    assert settings.shots.budget == 9 and not settings.shots.on_lighting_rim
    words = settings.arguments()
    assert words[words.index("--preset") + 1] == str(tmp_path / "presets" / "my_nine.yaml")
    assert known(desk, settings).shots == 9
    with pytest.raises(RuntimeError, match="there is one already"):
        bpy.ops.modelsheet.preset_save(title="My nine")
    assert bpy.ops.modelsheet.preset_rename(title="My ten") == {"FINISHED"}
    assert settings.preset_name == "my_ten"
    away = tmp_path / "away.yaml"
    assert bpy.ops.modelsheet.preset_export(filepath=str(away)) == {"FINISHED"}
    assert bpy.ops.modelsheet.preset_delete() == {"FINISHED"}
    assert settings.preset_name == "lora_40" and not list((tmp_path / "presets").iterdir())
    assert bpy.ops.modelsheet.preset_import(filepath=str(away)) == {"FINISHED"}
    assert settings.preset_name == "away" and settings.shots.budget == 9
    (tmp_path / "bad.yaml").write_text("extends: ../../other.yaml\n")
    with pytest.raises(RuntimeError, match="not built in"):
        bpy.ops.modelsheet.preset_import(filepath=str(tmp_path / "bad.yaml"))
    shutil.rmtree(tmp_path / "presets")


def test_the_preview_shows_pictures_as_they_arrive(
    settings: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("modelsheet.ui.runner.Runner.start", lambda _self, words, *_a, **_k: asked.append(list(words)))
    monkeypatch.setattr("modelsheet.ui.thumbnails.Thumbnails.icon", lambda *_given: 7)
    settings.shots.budget = 8
    settings.shots.engine = "eevee"  # a preview has its own
    panel = panels.preview.MODELSHEET_PT_preview
    assert draw(panel).texts("operator") == ["modelsheet.preview"]
    assert bpy.ops.modelsheet.preview() == {"FINISHED"}
    words = asked[0]
    assert words[:2] == ["render", "sitter"] and "--preview" in words and "--budget=8" in words
    assert "eevee" not in words and settings.out not in words
    out = Path(words[words.index("--out") + 1])
    for number in (2, 1):
        event = {"event": "shot", "path": str(out / "raw_generated" / f"000{number}.png"), "done": number, "total": 8}
        desk.hear(event)
    desk.hear({"event": "shot", "path": str(tmp_path / "another_jobs.png"), "done": 1, "total": 8})
    assert [path.name for path in desk.sheet.pictures] == ["0001.png", "0002.png"]
    layout = draw(panel)
    assert layout.texts("picture") == ["7", "7"]
    assert not bpy.ops.modelsheet.sheet_open.poll()
    (out / "raw_generated").mkdir(parents=True)
    for number in range(1, 4):
        (out / "raw_generated" / f"000{number}.png").write_bytes(b"")
    (out / "contact-sheet.jpg").write_bytes(b"x")
    desk.hear({"event": "done", "out": str(out), "exposed": 0})
    assert desk.runner.progress.words == "The contact sheet has 3 pictures."
    assert len(desk.sheet.pictures) == 3 and bpy.ops.modelsheet.sheet_open.poll()
    assert bpy.ops.modelsheet.preview() == {"FINISHED"}
    assert asked[1] == asked[0]  # the same pictures are taken up again


def test_a_preview_that_can_not_be_begun_says_why(settings: Any, desk: Desk) -> None:
    settings.preset_name = "gone"
    with pytest.raises(RuntimeError, match="isn't there any more"):
        bpy.ops.modelsheet.preview()
    assert desk.sheet.out is None
    settings.source, settings.file = "file", ""
    with pytest.raises(RuntimeError, match="Choose a character file first"):
        bpy.ops.modelsheet.preview()


def test_pictures_become_icons(settings: Any, desk: Desk, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.new("RGBA", (300, 200), (255, 0, 0, 0)).save(good)
    bad.write_bytes(b"no picture")
    assert desk.thumbnails.icon(good, 128) == 0  # never waits
    desk.thumbnails.wait(good, 128)
    assert desk.thumbnails.wait(bad, 128) == 0
    assert desk.thumbnails.icon(tmp_path / "gone.png", 128) == 0
    icons = desk.thumbnails._icons
    assert [tuple(icon.image_size) for icon in icons.values()] == [(128, 85)]
    assert tuple(next(iter(icons.values())).image_pixels_float[:4]) == pytest.approx((70 / 255,) * 3 + (1,), abs=0.01)


def test_review_picture_by_picture(settings: Any, desk: Desk) -> None:
    panel = panels.captions.MODELSHEET_PT_review
    assert "Make dataset first" in draw(panel).words
    assert not bpy.ops.modelsheet.review_step.poll()
    out = open_set(desk, settings)
    assert bpy.ops.modelsheet.review_step(by=2) == {"FINISHED"}  # before it was ever drawn
    assert "3 of 3" in draw(panel).words
    bpy.ops.modelsheet.review_step(by=1)
    words = draw(panel).words
    assert "1 of 3" in words and "picture 1" in words and "3 to look at" in words
    assert bpy.ops.modelsheet.review_step(by=1) == {"FINISHED"}
    assert "picture 2" in draw(panel).words
    assert bpy.ops.modelsheet.review_edit(text="x_syn, in my own words") == {"FINISHED"}
    assert "in my own words" in draw(panel).words
    assert bpy.ops.modelsheet.review_verdict(verdict="rejected") == {"FINISHED"}
    layout = draw(panel)
    assert "3 of 3" in layout.words and "1 rejected, 2 to look at" in layout.words
    assert "1 change not in the dataset yet" in layout.words
    assert "modelsheet.review_apply" in layout.texts("operator")
    said = json.loads((out / "captions" / "review.json").read_text())["pictures"]["0002_portrait_front_happy"]
    assert (said["text"], said["verdict"]) == ("x_syn, in my own words", "rejected")
    assert bpy.ops.modelsheet.review_undo() == {"FINISHED"}
    assert "0 rejected, 3 to look at" in draw(panel).words
    bpy.ops.modelsheet.review_step(by=2)
    assert "in my own words" in draw(panel).words
    assert bpy.ops.modelsheet.review_edit(text=" ") == {"FINISHED"}  # back to ours
    assert "picture 2" in draw(panel).words and "not in the dataset yet" not in draw(panel).words
    (out / "captions" / "review.json").write_text("{")
    assert "not a review of ours" in draw(panel).words
    (out / "captions" / "review.json").unlink()
    (out / "captions" / "review-log.jsonl").unlink()
    manifest = json.loads((out / "final_dataset" / "manifest.json").read_text())
    (out / "final_dataset" / "manifest.json").write_text(json.dumps({"pictures": manifest["pictures"][:2]}))
    desk.books.wait(edition(out))
    bpy.ops.modelsheet.review_step(by=1)
    assert "3 of 3" in draw(panel).words and "left out of the dataset" in draw(panel).words
    shutil.rmtree(out / "final_dataset")
    desk.books.wait(edition(out))
    assert "no finished dataset" in draw(panel).words


def test_finishing_runs_the_commands(settings: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("modelsheet.ui.runner.Runner.start", lambda _self, words, *_a, **_k: asked.append(list(words)))
    for button in (bpy.ops.modelsheet.caption, bpy.ops.modelsheet.package, bpy.ops.modelsheet.review_apply):
        with pytest.raises(RuntimeError, match="Make dataset first"):
            button()
    out = open_set(desk, settings)
    settings.captions.style, settings.captions.age, settings.captions.style_notes = "natural", "young", ""
    settings.package.for_onetrainer = True
    settings.package.base = "sdxl"
    assert bpy.ops.modelsheet.caption() == bpy.ops.modelsheet.package() == bpy.ops.modelsheet.review_apply()
    caption, package, apply = asked
    assert caption[:3] == ["caption", str(out), "--json"] and {"natural", "--age=young", "--style-notes="} <= {*caption}
    assert package[:3] == ["package", str(out), "--json"] and package[3:9] == [
        *("--for", "kohya", "--for", "onetrainer", "--base", "sdxl"),
    ]
    assert apply == ["caption", str(out), "--json"]
    assert "x_syn_kohya.zip" in draw(panels.package.MODELSHEET_PT_package).words
    settings.package.for_kohya = settings.package.for_onetrainer = False
    with pytest.raises(RuntimeError, match="Switch on at least one trainer"):
        bpy.ops.modelsheet.package()
    settings.captions.captioner = "blip"
    with pytest.raises(RuntimeError, match="captioning environment"):
        bpy.ops.modelsheet.caption()
    if not bpy.app.online_access:
        with pytest.raises(RuntimeError, match="work offline"):
            bpy.ops.modelsheet.setup_captioning()
        assert "work offline" in draw(panels.captions.MODELSHEET_PT_captions).words
    desk.runner.progress = progress("running")
    with pytest.raises(RuntimeError, match="Wait until"):
        bpy.ops.modelsheet.package()
    desk.runner.progress = progress("idle")


def test_what_photographs_nothing_is_not_counted_in_pictures(desk: Desk) -> None:
    nothing = {"event": "done", "shots": 0, "failed": [], "seconds": 3.2, "report": None, "dataset": None}
    made = desk.runner.progress
    made.take({**nothing, "packages": [], "notes": []})
    assert made.words == "Done in 3 s."


def test_all_trainers_stand_in_the_panel(settings: Any) -> None:
    drawn = draw(panels.package.MODELSHEET_PT_package).texts("prop")
    assert drawn == [f"for_{name.replace('-', '_')}" for name in trainers()]
    assert len(drawn) >= 12


def test_the_preferences_say_where_things_are(settings: Any, tmp_path: Path) -> None:
    kind = registration.preferences.MODELSHEET_preferences
    layout = Drawn()
    owner = SimpleNamespace(bl_rna=kind.bl_rna, device="auto", folder="")
    draw_preferences(layout, owner)
    assert layout.texts("prop") == ["device", "folder"]
    assert str(tmp_path / "presets") in layout.words and str(tmp_path / "captioning") in layout.words
    assert "modelsheet.setup_captioning" in layout.texts("operator")


def test_drawing_takes_no_time(settings: Any, desk: Desk) -> None:
    open_set(desk, settings)
    known(desk, settings)
    slowest = {}
    for panel in OURS:
        draw(panel)
        times = []
        for _again in range(5):
            begun = time.thread_time()
            draw(panel)
            times.append(time.thread_time() - begun)
        slowest[panel.__name__] = min(times) * 1000
    assert max(slowest.values()) < 10, slowest  # scripts/window_test.py measures in a window
