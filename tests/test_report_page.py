# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a reader meets it: what is on the page, that it is safe, whole and works in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import _browser
import pytest
from modelsheet.common.errors import InputError
from modelsheet.common.files import write_json, write_jsonl, write_text
from modelsheet.dataset.report import report, thumbnails
from modelsheet.plan.shots import AXES, Shot
from PIL import Image

SHOTS = (
    Shot(1, ("front", "portrait", "neutral", "relaxed_arms", "neutral_studio", "white")),
    Shot(2, ("three_quarter_left", "portrait", "happy", "relaxed_arms", "rim", "transparent")),
    Shot(3, ("front", "full_body", "happy", "waving", "rim", "white")),
    Shot(4, ("back", "full_body", "neutral", "waving", "neutral_studio", "black")),
)
HOSTILE = """"><script>alert('1')</script> & </style><img src=x onerror=alert(2)> $title ${x}"""


class Page(HTMLParser):
    """Every element with its attributes, and all text outside style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.raw: dict[str, str] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("style", "script"):
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        else:
            self.text += data

    def all(self, tag: str, kind: str = "") -> list[dict[str, str]]:
        """Attributes of every such element, of one class if named."""
        return [at for name, at in self.elements if name == tag and (not kind or kind in at.get("class", "").split())]


def truth(shot: Shot) -> dict:
    """A truth row with one box and two points."""
    exact = shot["expression"] != "happy"
    return {
        **shot.to_json(),
        "size": [64, 64],
        "made": {"expression": {"method": "bones", "exact": exact, "missing": [] if exact else ["mouthSmileLeft"]}},
        "boxes": {"head": [16, 8, 48, 40], "face": None},
        "points": {
            "nose": {"x": 32, "y": 24, "in_frame": True, "visible": True},
            "left_wrist": {"x": 90, "y": 90, "in_frame": False, "visible": False},
        },
        "software": {"engine": "cycles", "samples": 16, "device": "CPU", "blender": "4.5.15"},
    }


def folder(out: Path, made: int = len(SHOTS), word: str = "mara_syn", caption: str = "", name: str = "Mara") -> Path:
    """An OUT of which `made` shots are photographed and captioned."""
    raw = out / "raw_generated"
    plan = {
        "shots": [shot.to_json() for shot in SHOTS],
        "coverage": {
            "settings": {axis: {shot[axis]: 0 for shot in SHOTS} for axis in AXES},
            "pairs": {"possible": 50, "covered": 41},
            "uncovered": [["angle", "three_quarter_left", "expression", "neutral"]],
        },
        "left_out": [f"smirk: the face has no such key {word}"],
    }
    facts = {
        "name": name,
        "facing": [0, -1, 0],
        "confidence": {"facing": 0.9},
        "evidence": {"facing": "eyes"},
        "expressions": {"happy": {"method": "bones", "exact": False}, "neutral": {"method": "bones", "exact": True}},
        "licence": {"name": word, "fields": {"licenseName": word, "reference": "a lake"}, "forbids": ["resale"]},
    }
    write_json(raw / "plan.json", plan)
    write_json(raw / "character.json", facts)
    write_jsonl(raw / "shots.jsonl", [truth(shot) for shot in SHOTS[:made]])
    write_text(out / "job.yaml", json.dumps({"trigger": word, "preset": word, "file": word, "warnings": [word]}))
    for shot in SHOTS[:made]:
        picture(out / "processed" / f"{shot.id}.png", shot["background"] == "transparent")
    captions = {shot: caption or f"{word}, {shot['angle']} view" for shot in SHOTS[:made]}
    rows = [{"file_name": f"train/{shot.number}.png", "shot": shot.id, "text": captions[shot]} for shot in captions]
    write_jsonl(out / "final_dataset" / "metadata.jsonl", rows)
    return out


def picture(path: Path, transparent: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("RGBA", (64, 64), (120, 90, 80, 255))
    if transparent:
        image.putpixel((0, 0), (0, 0, 0, 0))
    image.save(path)


def read(out: Path) -> Page:
    return Page(report(out).read_text(encoding="utf-8"))


def test_every_picture_has_its_card_under_its_framing(tmp_path: Path) -> None:
    page = read(folder(tmp_path))
    assert [card["data-number"] for card in page.all("figure", "card")] == ["1", "2", "3", "4"]
    assert [card["data-framing"] for card in page.all("figure")] == ["portrait", "portrait", "full_body", "full_body"]
    assert len(page.all("section", "group")) == 2
    assert [image["alt"] for image in page.all("img")] == [f"mara_syn, {shot['angle']} view" for shot in SHOTS]
    assert all(image["width"] == "64" and image["loading"] == "lazy" for image in page.all("img"))
    assert len(page.all("a", "transparent")) == 1
    assert "4 pictures, all that were planned." in page.text
    assert "41 of 50" in page.text


def test_grouping_offers_every_axis_in_the_plans_order(tmp_path: Path) -> None:
    choices = read(folder(tmp_path)).all("input")
    offered = {choice["value"]: json.loads(choice["data-order"]) for choice in choices if choice["type"] == "radio"}
    assert set(offered) == set(AXES)
    assert offered["angle"] == [["front", "front"], ["three_quarter_left", "three-quarter left"], ["back", "back"]]


def test_what_is_known_is_said_in_plain_words(tmp_path: Path) -> None:
    text = read(folder(tmp_path)).text
    for sentence in (
        "−Y",
        "eyes; 90% sure",
        "Approximated with bones",
        "Expression approximated with bones; the character lacks mouthSmileLeft.",
        "smirk: the face has no such key",
        "three-quarter left + neutral",
        "Referencea lake",
        "Forbidsresale",
    ):
        assert sentence in text


def test_truth_is_drawn_in_the_pictures_own_pixels(tmp_path: Path) -> None:
    page = read(folder(tmp_path))
    assert page.all("svg")[0]["viewbox"] == "0 0 64 64"
    place = page.all("rect")[1]
    assert [float(place[name]) for name in ("x", "y", "width", "height")] == [16, 8, 32, 32]
    assert [path["d"] for path in page.all("path")] == ["M32.0 24.0h0"] * 2 * len(SHOTS)


def test_a_truth_without_size_takes_the_pictures(tmp_path: Path) -> None:
    out = folder(tmp_path)
    rows = [{name: value for name, value in truth(shot).items() if name != "size"} for shot in SHOTS]
    write_jsonl(out / "raw_generated" / "shots.jsonl", rows)
    assert {svg["viewbox"] for svg in read(out).all("svg")} == {"0 0 64 64"}


def test_no_string_of_a_users_becomes_markup(tmp_path: Path) -> None:
    page = read(folder(tmp_path, word=HOSTILE, caption=HOSTILE, name=HOSTILE))
    assert len(page.all("script")) == 1
    assert len(page.all("style")) == 1
    assert all(image["src"].startswith("data:image/webp;base64,") for image in page.all("img"))
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert page.text.count(HOSTILE) > 2 * len(SHOTS)
    assert page.all("img")[0]["alt"] == HOSTILE


def test_nothing_comes_from_elsewhere_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    out = folder(tmp_path)
    write_text(out / "packages" / "kohya ä#1.zip", "")
    page = read(out)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    links = [at[name] for _, at in page.elements for name in ("href", "src") if at.get(name)]
    for link in links:
        if link.startswith("#"):
            assert link[1:] in ids
        elif not link.startswith("data:"):
            assert (out / unquote(link)).exists(), link
    assert "packages/kohya ä#1.zip" in map(unquote, links)
    assert not re.search(r"https?:|@import|url\(", page.raw["style"] + page.raw["script"])


def test_only_the_pages_own_script_may_run(tmp_path: Path) -> None:
    page = read(folder(tmp_path))
    policy = next(meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(page.raw["script"].encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy


def test_same_folder_gives_the_same_bytes(tmp_path: Path) -> None:
    out = folder(tmp_path)
    assert report(out).read_bytes() == report(out).read_bytes()


@pytest.mark.parametrize("kept", ["as they were", "", "{}\n", '{"key": 1}\n', "[" * 5000, "not JSON\n", HOSTILE])
def test_small_pictures_are_kept_for_the_next_report(
    kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = folder(tmp_path)
    first = report(out).read_bytes()
    cache = out / thumbnails.KEPT
    if kept == "as they were":
        monkeypatch.setattr(thumbnails, "open_picture", None)  # none is opened
    else:
        write_text(cache, kept)
    assert report(out).read_bytes() == first
    monkeypatch.undo()
    picture = next((out / "processed").glob("*.png"))
    Image.new("RGB", (64, 64), "red").save(picture)
    assert report(out).read_bytes() != first
    lines = cache.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= len(SHOTS), "what is there no more is not kept"


def test_a_run_cut_short_shows_what_is_there_and_what_is_missing(tmp_path: Path) -> None:
    page = read(folder(tmp_path, made=1))
    assert "1 of 4 photographed" in page.text
    assert "3 pictures still to photograph" in page.text
    assert len(page.all("figure")) == 1


def test_a_run_that_has_only_begun(tmp_path: Path) -> None:
    assert "0 of 4 photographed" in read(folder(tmp_path / "planned", made=0)).text
    write_text(tmp_path / "asked" / "job.yaml", "trigger: mara_syn\n")
    assert "Nothing is photographed yet" in read(tmp_path / "asked").text


def test_pictures_without_plan_facts_or_job(tmp_path: Path) -> None:
    out = folder(tmp_path)
    for name in ("job.yaml", "raw_generated/plan.json", "raw_generated/character.json"):
        (out / name).unlink()
    assert len(read(out).all("figure")) == len(SHOTS)


def test_raw_pictures_stand_in_for_processed_ones(tmp_path: Path) -> None:
    out = folder(tmp_path)
    name = f"{SHOTS[0].id}.png"
    (out / "processed" / name).rename(out / "raw_generated" / name)
    assert read(out).all("a", "frame")[0]["href"] == f"raw_generated/{name}"


def test_a_lost_and_a_broken_picture_are_told(tmp_path: Path) -> None:
    out = folder(tmp_path)
    (out / "processed" / f"{SHOTS[0].id}.png").unlink()
    (out / "processed" / f"{SHOTS[1].id}.png").write_bytes(b"no picture")
    (out / "raw_generated" / "character.json").unlink()
    page = read(out)
    assert f"{SHOTS[0].id}.png: in the list of pictures, but the file is gone." in page.text
    assert "3 of 4 photographed" in page.text
    assert len(page.all("a", "broken")) == 1


def test_rows_of_an_earlier_plan_are_passed_over(tmp_path: Path) -> None:
    out = folder(tmp_path)
    old = Shot(9, ("back", "portrait", "sad", "waving", "rim", "white"))
    picture(out / "processed" / f"{old.id}.png")
    write_jsonl(out / "raw_generated" / "shots.jsonl", [truth(shot) for shot in (*SHOTS, old)])
    assert len(read(out).all("figure")) == len(SHOTS)


def test_an_edited_caption_is_shown_as_it_is_now(tmp_path: Path) -> None:
    out = folder(tmp_path)
    write_text(out / "final_dataset" / "train" / "1.txt", "mara_syn, by hand\n")
    assert [image["alt"] for image in read(out).all("img")][:2] == [
        "mara_syn, by hand",
        "mara_syn, three_quarter_left view",
    ]


def test_a_folder_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing of Modelsheet"):
        report(tmp_path)


PROBE = """<!doctype html><pre id="answer"></pre><iframe id="page"></iframe><script>
const frame = document.getElementById("page"), answer = {};
frame.addEventListener("load", () => {
  const page = frame.contentDocument, root = page.documentElement;
  for (const width of [360, 820, 1440, 2200]) {
    frame.style.width = width + "px";
    answer[width] = root.scrollWidth - root.clientWidth;
  }
  page.querySelector("input[value=angle]").click();
  answer.groups = [...page.querySelectorAll(".group h3")].map((heading) => heading.textContent);
  page.querySelector("#truth").click();
  answer.truth = frame.contentWindow.getComputedStyle(page.querySelector(".card .truth")).display;
  page.querySelector("a.frame").click();
  answer.viewer = page.querySelector("#viewer").open;
  page.querySelector("[value=next]").click();
  answer.large = page.querySelector("#viewer img").getAttribute("src");
  document.getElementById("answer").textContent = JSON.stringify(answer);
});
frame.style = "height: 900px; border: 0"; frame.src = "report.html";
</script>"""


@pytest.fixture(scope="session")
def browser() -> str:
    """The Chromium of this machine; skips without one."""
    found = _browser.find()
    if found is None:
        pytest.skip(_browser.MISSING)
    return found


@pytest.mark.parametrize("word", ["mara_syn", "one_word_" * 20, HOSTILE], ids=["plain", "long", "hostile"])
def test_in_a_real_browser(tmp_path: Path, browser: str, word: str) -> None:
    """No error, no sideways scrolling from phone to wide screen, and the switch, the overlay and the viewer work."""
    out = folder(tmp_path / "out", word=word, name=word)
    report(out)
    write_text(out / "probe.html", PROBE)
    switches = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --allow-file-access-from-files --virtual-time-budget=3000 "
        "--enable-logging=stderr --dump-dom"
    ).split()
    command = [browser, *switches, f"--user-data-dir={tmp_path / 'profile'}", (out / "probe.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
    assert not [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    answer = json.loads(re.search(r"<pre id=\"answer\">(.+?)</pre>", done.stdout).group(1))
    assert answer == {
        **dict.fromkeys(("360", "820", "1440", "2200"), 0),
        "groups": ["front 2", "three-quarter left 1", "back 1"],
        "truth": "block",
        "viewer": True,
        "large": f"processed/{SHOTS[2].id}.png",
    }
