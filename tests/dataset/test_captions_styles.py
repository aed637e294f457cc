# SPDX-License-Identifier: GPL-3.0-or-later
"""Styles of captions, their parts and templates, and which style is chosen."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelsheet.common.errors import InputError
from modelsheet.common.tables import parse_table
from modelsheet.dataset.build import build
from modelsheet.dataset.caption_options import STYLES, CaptionOptions
from modelsheet.dataset.caption_parts import PARTS, check_parts, check_template
from modelsheet.dataset.caption_style import chosen_style
from modelsheet.dataset.caption_words import WORDS
from modelsheet.dataset.captions import caption, captions
from modelsheet.dataset.grounding.thing import Thing
from modelsheet.dataset.packages import package
from modelsheet.dataset.packages.training.recipe import bases
from modelsheet.dataset.process import process
from modelsheet.plan.presets import resolve
from modelsheet.plan.settings import axis_settings
from modelsheet.plan.shots import AXES

TRIGGER = "mara_syn"
SHIRT = Thing("black shirt", "a black shirt", "wears", "shirt", "blip", ("black_shirt",), ("black_shirt",))
HAIR = Thing("red hair", "red hair", "has", "hair", "blip", ("red_hair",), ("red_hair",), identity=True)


def options(**changes: Any) -> CaptionOptions:
    """Of a job, as the command line makes them."""
    return CaptionOptions.from_job({"trigger": TRIGGER, "class_word": "woman", **changes})


def test_every_style(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    picture = row(1, framing="upper_body", angle="three_quarter_left", pose="arms_crossed", lighting="rim")
    made = caption(picture, facts(), options())
    assert made["danbooru"] == (
        "mara_syn, 1girl, solo, smile, crossed arms, from side, three quarter view, upper body, backlighting, "
        "simple background, grey background, 3d"
    )
    assert made["e621"] == (
        "mara_syn, human, female, solo, smile, happy, crossed arms, three-quarter view, half-length portrait, "
        "backlighting, simple background, grey background, 3d (artwork)"
    )
    tags, _, sentence = made["hybrid"].partition(". ")
    assert tags == made["danbooru"]
    assert re.match(r"A woman(,| is shown in) ", sentence) and sentence.endswith(".") and "facing left" in sentence
    assert TRIGGER not in sentence


def test_a_hybrid_says_again_what_there_is_room_for(row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    picture = row(1, framing="upper_body", angle="three_quarter_left", pose="arms_crossed", lighting="rim")
    short, long = (caption(picture, facts(), options(base=base))["hybrid"] for base in (None, "flux"))
    assert "against a plain grey background" in long and "against a plain grey background" not in short
    assert long.partition(". ")[0] == short.partition(". ")[0]
    assert ". A woman is shown in a waist-up shot, in three-quarter view facing left, " in long


def test_tags_exist(root: Path) -> None:
    """Every tag of our tables is one of its site's."""
    known = yaml.safe_load((root / "tests" / "dataset" / "tag_list.yaml").read_text(encoding="utf-8"))
    confirmed = yaml.safe_load((root / "addon" / "dataset" / "grounding" / "confirmed.yaml").read_text("utf-8"))
    for site in ("danbooru", "e621"):
        used = {tag for axis in AXES for item in axis_settings(axis).values() for tag in getattr(item, site)}
        used |= {tag.replace(" ", "_") for counted in WORDS["count"][site].values() for tag in counted.split(", ")}
        used |= {tag for rows in confirmed.values() for one in rows.values() for tag in one[site]}
        used |= {WORDS["style_notes"][site].replace(" ", "_"), "solo"}
        assert used <= set(known[site]), used - set(known[site])
        assert all(number >= 50 for number in known[site].values())


def test_a_model_s_things_are_tagged_only_where_there_is_a_tag(root: Path) -> None:
    words = yaml.safe_load((root / "addon" / "dataset" / "grounding" / "vocabulary.yaml").read_text("utf-8"))
    for site in ("danbooru", "e621"):
        tags = words[site]["tags"].split()
        assert len(tags) == len(set(tags)) > 500
        assert set(words[site]["aliases"].values()) <= set(tags)


@pytest.mark.parametrize(
    ("parts", "style", "says"),
    [
        ("expression,angle", "tags", "mara_syn, happy expression, front view"),
        ("angle, expression", "tags", "mara_syn, front view, happy expression"),
        ("trigger,framing", "natural", "mara_syn, shown in a head-and-shoulders portrait."),
        ("class,framing", "natural", "mara_syn, a woman, is shown in a head-and-shoulders portrait."),
        ("age,class", "tags", "mara_syn, young, woman"),
        ("person,age", "tags", None),
        ("expression,expression", "tags", None),
        ("expression,mood", "tags", None),
        ("seen,class", "danbooru", "mara_syn, black shirt, 1girl"),
        ("identity,class", "tags", "mara_syn, short red hair, green eyes, red hair, woman"),
        ("notes", "e621", "mara_syn, 3d (artwork)"),
    ],
)
def test_parts(parts: str, style: str, says: str | None, row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    if says is None:
        with pytest.raises(InputError, match="--parts"):
            check_parts(parts)
        return
    made = captions(row(1), facts(), options(parts=parts, style=style, age="young"), (SHIRT, HAIR))[style]
    assert made.text == says


@pytest.mark.parametrize(
    ("template", "style", "says"),
    [
        ("{trigger}, {age}, {expression}", "tags", "mara_syn, happy expression"),
        ("{expression}, a {class}", "tags", "mara_syn, happy expression, a woman"),
        (
            "{trigger}, photo of a {class}, {ethnicity}, {angle}",
            "natural",
            "mara_syn, photo of a woman, seen from the front",
        ),
        (
            "{trigger}, wearing {seen}, {framing}",
            "natural",
            "mara_syn, wearing a black shirt, head-and-shoulders portrait",
        ),
        ("{trigger}, {class} ({age}) smiling", "tags", "mara_syn, woman smiling"),
        ("{trigger}, {class} ({age}{ethnicity}) () smiling", "tags", "mara_syn, woman smiling"),
        ("{trigger}, {expression} and {pose}.", "danbooru", "mara_syn, smile."),
        ("mara_syn, {expression}", "tags", "mara_syn, happy expression"),
    ],
)
def test_templates(template: str, style: str, says: str, row: Callable[..., Any], facts: Callable[..., Any]) -> None:
    picture = row(1)
    picture["made"] = {**picture["made"], "pose": {**picture["made"]["pose"], "method": "none"}}
    assert captions(picture, facts(), options(template=template, style=style), (SHIRT,))[style].text == says


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("{trigger}, {mood}", "no part of captions. The parts: trigger, person"),
        ("{trigger}, {}", "no part of captions"),
        ("{trigger}, {expression!r}", "only names stand in braces"),
        ("{trigger}, {expression:>9}", "only names stand in braces"),
        ("{trigger}, {expression.name}", "no part of captions"),
        ("{expression}, {trigger}", "the trigger stands first"),
        ("{trigger}, {trigger}", "the trigger stands first"),
        ("{trigger} {expression}", "a comma must follow"),
        ("{trigger}, {expression", "is alone"),
        ("{trigger}, always the same", "the same of all pictures"),
        ("{trigger}, " + "x" * 500, "longer than"),
    ],
)
def test_wrong_templates_are_refused(wrong: str, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        check_template(wrong)


names = st.sampled_from(sorted(set(PARTS) - {"trigger"}))
between = st.text(alphabet="abcxyz ,.;()-{}é\ufeff\n", max_size=12)
templates = st.lists(st.tuples(between, names), min_size=1, max_size=6).map(
    lambda pairs: "".join(text.replace("{", "").replace("}", "") + "{" + name + "}" for text, name in pairs)
)
forms = st.one_of(
    st.fixed_dictionaries({"template": templates}),
    st.fixed_dictionaries({"parts": st.lists(names, unique=True, min_size=1, max_size=8).map(",".join)}),
    st.fixed_dictionaries({}),
)
fields = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from([TRIGGER, "Mara_Syn, mara_syn", "34"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(form=forms, age=fields, notes=fields, style=st.sampled_from(STYLES), data=st.data())
def test_the_trigger_is_first_and_once(
    form: dict[str, str],
    age: str,
    notes: str,
    style: str,
    data: st.DataObject,
    row: Callable[..., Any],
    facts: Callable[..., Any],
) -> None:
    """Whatever is asked for, and whatever a model has said; and no stray commas."""
    said = data.draw(st.sampled_from([(), (SHIRT,), (SHIRT, HAIR)]))
    chosen = {axis: data.draw(st.sampled_from(sorted(axis_settings(axis)))) for axis in AXES}
    try:
        asked = options(style=style, age=age, style_notes=notes, identity=data.draw(st.booleans()), **form)
    except InputError:
        return
    for made in captions(row(1, **chosen), facts(), asked, said).values():
        assert made.text.split(",")[0] == TRIGGER
        assert len(re.findall(rf"(?<![\w-]){TRIGGER}(?![\w-])", made.text, re.IGNORECASE)) == 1
        assert len(made.text.splitlines()) == 1 and made.text == made.text.strip() and "\ufeff" not in made.text
        assert not re.search(r",\s*,|\s,|\(\s*\)", made.text), made.text
        told = "".join(re.findall(r"\w", "".join(word.text for word in made.words)))
        assert told == "".join(re.findall(r"\w", made.text)), "every word has an origin"


@pytest.mark.parametrize(
    ("job", "style", "because"),
    [
        ({}, "tags", "nothing asks for another"),
        ({"base": "illustrious"}, "danbooru", "Illustrious"),
        ({"base": "noobai"}, "danbooru", "NoobAI"),
        ({"base": "pony"}, "e621", "Pony"),
        ({"base": "sdxl"}, "tags", "SDXL"),
        ({"base": "sd15"}, "tags", "Stable Diffusion 1.5"),
        ({"base": "flux"}, "natural", "FLUX"),
        ({"base": "qwen-image"}, "natural", "Qwen-Image"),
        ({"base": "z-image"}, "natural", "Z-Image"),
        ({"base": "pony", "style": "natural"}, "natural", "asked for"),
        ({"for": ["musubi"]}, "natural", "musubi"),
        ({"for": ["kohya", "musubi"]}, "tags", "nothing asks"),
        ({"for": ["all"]}, "tags", "nothing asks"),
        ({"for": ["gone-trainer"]}, "tags", "nothing asks"),
        ({"preset_resolved": {"name": "mine", "captions": "hybrid"}}, "hybrid", "preset mine"),
        ({"preset_resolved": {"name": "mine", "captions": "poem"}}, "tags", "nothing asks"),
        ({"preset_resolved": {"captions": "hybrid"}, "base": "flux"}, "natural", "FLUX"),
    ],
)
def test_the_style_that_fits(job: dict[str, Any], style: str, because: str) -> None:
    chosen = chosen_style(job)
    assert chosen.style == style and because in chosen.because


def test_every_base_names_a_style_of_ours() -> None:
    for name, base in bases().items():
        assert chosen_style({"base": name}).because.startswith("it fits ") and base.table["captions_source"]


def test_a_preset_may_say_which_captions_it_wants() -> None:
    text = "captions: {}\nbase: {{framing: portrait}}\nshots:\n  - {{angle: front}}\n"
    preset = resolve(parse_table(text.format("hybrid"), Path("mine.yaml")))
    assert preset.captions == "hybrid" and preset.to_json()["captions"] == "hybrid"
    with pytest.raises(InputError, match=r"mine\.yaml, line 1.*poem"):
        resolve(parse_table(text.format("poem"), Path("mine.yaml")))


def test_the_manifest_says_which_style_and_why(out: Callable[..., Path], row: Callable[..., Any]) -> None:
    place = out([row(1)], style=None, base="pony")
    process(place)
    final = build(place)
    manifest = yaml.safe_load((final / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["style"] == "e621" and manifest["captions"]["style"] == "e621"
    assert "Pony" in manifest["captions"]["because"] and manifest["captions"]["captioner"] == "truth"
    texts = [path.read_text(encoding="utf-8") for path in final.glob("train/*/*.txt")]
    assert all(text.startswith("mara_syn, human, female, solo, ") for text in texts)
    lines = [yaml.safe_load(line) for line in (final / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    assert all({"text_nl", "text_tags", "text_danbooru", "text_e621", "text_hybrid"} <= set(line) for line in lines)


def test_where_tags_are_shuffled_the_trigger_stays(out: Callable[..., Path], row: Callable[..., Any]) -> None:
    """In every training file of every trainer."""
    place = out([row(1)], style="danbooru")
    process(place)
    build(place)
    shuffled = 0
    for path in package(place, ["all"]).files:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".toml", ".json", ".yaml", ".yml")) and "manifest" not in name:
                    text = archive.read(name).decode("utf-8")
                    if re.search(r"shuffl\w*\"?\s*[:=]\s*true", text):
                        shuffled += 1
                        assert re.search(r"keep_(tokens|tags_count)\"?\s*[:=]\s*1\b", text), (path, name)
    assert shuffled >= 5
