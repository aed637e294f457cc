# SPDX-License-Identifier: GPL-3.0-or-later
"""The review's page in a real Chromium, as people use it: by keyboard, on a phone, in two tabs, with many pictures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import _browser
import modelsheet.review.page
import pytest
from dataset.reviewed import Client, served, strangers
from modelsheet.dataset.build import build
from modelsheet.dataset.process import process
from modelsheet.dataset.review.store import Edit, Store, read_review

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for all tests of this file."""
    words = "playwright is missing: pip install -r requirements/browser.txt"
    sync_api = pytest.importorskip("playwright.sync_api", reason=words)
    path = _browser.find()
    if path is None:
        pytest.skip(_browser.MISSING)
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(_browser.OPTIONS))
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def look(chromium: Any) -> Iterator[Open]:
    """look(client, **options): the review's page in a window of its own; a fault in its console fails the test."""
    contexts: list[Any] = []
    faults: list[str] = []

    def open_page(client: Client | str, *, same: Any = None, allow: str = r"$.^", **options: Any) -> Any:
        context = same or chromium.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)

        def hear(message: Any) -> None:
            if message.type in ("error", "warning") and not re.search(allow, message.text):
                faults.append(message.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(client if isinstance(client, str) else client.server.url)
        page.wait_for_selector(".card")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


def until(test: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What a test comes to as soon as it is true."""
    end = time.monotonic() + seconds
    while not (found := test()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
    return found


def caption_of(folder: Path, number: int) -> str:
    return (folder / f"{number:04d}.txt").read_text(encoding="utf-8").strip()


def test_a_whole_review_by_keyboard(tmp_path: Path, look: Open) -> None:  # noqa: PLR0915 - one person, one go
    folder = strangers(tmp_path / "set", 12)
    with served(folder, tmp_path / "cache") as client:
        page = look(client)
        keys = page.keyboard
        assert "token" not in page.url
        keys.press("a")  # accept the first, and on
        until(lambda: read_review(folder).verdict("0001.png") == "accepted")
        keys.press("x")
        until(lambda: read_review(folder).verdict("0002.png") == "rejected")
        until(lambda: page.locator(".card.cursor").get_attribute("data-id") == "0003.png")
        keys.press("Enter")
        page.wait_for_selector("#single:not([hidden])")
        keys.press("z")
        assert page.locator("#stage.zoomed").count() == 1
        keys.press("z")
        keys.press("e")  # edit: a tag completed, then saved
        keys.type(", red")
        page.wait_for_selector(".completions:not([hidden]) li")
        keys.press("ArrowDown")
        keys.press("Enter")
        assert page.locator("#caption").input_value().endswith(", red coat")
        keys.press("Enter")
        until(lambda: caption_of(folder, 3).endswith(", red coat"))
        until(lambda: page.locator("#caption-state").inner_text() == "Edited by you")
        keys.press("e")
        keys.type(" never mind")
        keys.press("Escape")
        until(lambda: page.locator("#caption").input_value().endswith(", red coat"))
        keys.press("1")  # as it was
        until(lambda: caption_of(folder, 3).endswith("picture 3"))
        keys.press("Control+z")
        until(lambda: caption_of(folder, 3).endswith(", red coat"))
        keys.press("ArrowRight")
        keys.press("u")
        keys.press("Escape")
        keys.press("/")
        keys.type("serious")
        keys.press("Enter")
        found = [at for at in range(1, 12) if "serious" in caption_of(folder, at)]
        until(lambda: page.locator(".card:not([hidden])").count() == len(found))
        keys.press("c")
        until(lambda: page.locator(".card:not([hidden])").count() == 12)
        keys.press("f")  # filter by what was judged
        keys.press("ArrowDown")
        keys.press("Enter")
        until(lambda: page.locator(".card:not([hidden])").count() == 1)
        keys.press("Escape")
        keys.press("c")
        keys.press("Home")
        keys.press("Space")
        keys.press("Shift+ArrowRight")
        keys.press("Shift+ArrowRight")
        assert "3 selected" in page.locator("#counts").inner_text()
        keys.press("b")
        keys.type("by hand")
        until(lambda: page.locator("#bulk-count").inner_text().startswith("3 of 3"))
        assert page.locator("#bulk-preview ins").count() == 3
        keys.press("Enter")
        until(lambda: all("by hand" in caption_of(folder, at) for at in (1, 2, 3)))
        keys.press("Control+z")
        until(lambda: not any("by hand" in caption_of(folder, at) for at in (1, 2, 3)))
        keys.press("Control+Shift+Z")
        until(lambda: all("by hand" in caption_of(folder, at) for at in (1, 2, 3)))
        keys.press("?")
        assert page.locator("#help").is_visible()
        keys.press("Escape")
        page.locator("#finish").focus()
        keys.press("Enter")
        page.wait_for_selector("#ending[open]")
        keys.press("Enter")
        page.wait_for_selector("#done:not([hidden])")
        assert "1 accepted, 1 rejected" in page.locator("#done").inner_text()


BULK = [
    ("remove", "smile", "", lambda text: ", ".join(tag for tag in text.split(", ") if tag != "smile")),
    ("replace", "Front View", "from the front, solo", lambda text: text.replace("front view", "from the front, solo")),
    ("text", "coat", "jacket", lambda text: text.replace("coat", "jacket")),
    ("text", "oat", "x", lambda text: text),
    ("add", "new, smile", "", lambda text: text + (", new" if "smile" in text else ", new, smile")),
]


def test_many_captions_change_as_previewed(tmp_path: Path, look: Open) -> None:
    folder = strangers(tmp_path / "set", 9)
    with served(folder, tmp_path / "cache") as client:
        page = look(client)
        for act, what, other, wanted in BULK:
            before = {at: caption_of(folder, at) for at in range(1, 9)}
            page.keyboard.press("b")
            page.locator(f"input[value={act}]").check(force=True)
            page.locator("#bulk-what").fill(what)
            if other:
                page.locator("#bulk-with").fill(other)
            after = {at: wanted(text) for at, text in before.items()}
            number = sum(after[at] != before[at] for at in before) + (1 if act == "add" else 0)  # one had no caption
            said = page.locator("#bulk-count").inner_text()
            assert said.startswith(f"{number} of 9 captions" if number else "No caption would change."), (act, said)
            assert page.locator("#bulk-preview .preview").count() == number
            if not number:
                page.keyboard.press("Escape")
                continue
            page.locator("#bulk-go").click()
            until(lambda after=after: {at: caption_of(folder, at) for at in after} == after)
            page.keyboard.press("Control+z")
            until(lambda before=before: {at: caption_of(folder, at) for at in before} == before)
        page.keyboard.press("b")
        page.locator("input[value=remove]").check(force=True)
        page.locator("#bulk-what").fill("ada_syn")
        assert "no longer begin with the trigger" in page.locator("#bulk-count").inner_text()


WORDS = {
    "withoutTags('a, b, 3d. A person, is here.', '3d')": "a, b. A person, is here.",
    "withoutTags('a, b, c', 'a')": "b, c",
    "withoutTags('a, b, c', 'c, x')": "a, b",
    "withoutTags('a, b. C d, e.', 'e')": "a, b. C d.",
    "withReplacedTag('a, b, 3d. A person.', '3d', 'photo, real')": "a, b, photo, real. A person.",
    "withReplacedTag('a, b, c', 'B', 'c')": "a, c",
    "withReplacedTag('a, long_hair, :d', 'long hair', 'x')": "a, x, :d",
    "withAdded('t, a', 'b, a', 'end', 't')": "t, a, b",
    "withAdded('t, a', 'b', 'start', 't')": "t, b, a",
    "withAdded('A man.', 'He smiles.', 'end', 't')": "A man. He smiles.",
    "withAdded('', 'b', 'end', 't')": "b",
    "withReplacedText('a cat, cats', 'cat', 'dog', true, false)": "a dog, cats",
    "withReplacedText('a (x:1.2), b', '(x:1.2)', '', true, false)": "a, b",
    "withReplacedText('$& a', 'a', '$&', true, true)": "$& $&",
    "tagsOf('a, b v1.5, c. D e, :d, f.').join('|')": "a|b v1.5|c|D e|:d|f",
    "differences('a red hat', 'a blue hat').join('|')": "a ,same|red,gone|blue,come| hat,same",
}


def test_words_are_put_in_and_taken_out_cleanly(chromium: Any) -> None:
    source = Path(modelsheet.review.page.__file__).with_name("words.js").read_text(encoding="utf-8")
    page = chromium.new_page()
    calls = ", ".join(WORDS)
    assert page.evaluate(f"(() => {{ {source}; return [{calls}]; }})()") == list(WORDS.values())
    page.close()


def test_two_tabs_show_both_versions(tmp_path: Path, look: Open) -> None:
    folder = strangers(tmp_path / "set")
    with served(folder, tmp_path / "cache") as client:
        one = look(client)
        other = look(client, same=one.context)
        for page in (one, other):
            page.keyboard.press("Enter")
            page.keyboard.press("e")
        one.keyboard.type(", from one")
        other.keyboard.type(", from other")
        one.keyboard.press("Enter")
        until(lambda: caption_of(folder, 1).endswith("from one"))
        other.keyboard.press("Enter")
        other.wait_for_selector("#conflict[open]")
        words = other.locator("#conflict").inner_text()
        assert "from one" in words and "from other" in words
        other.get_by_role("button", name="Use mine").click()
        until(lambda: caption_of(folder, 1).endswith("from other"))
        until(lambda: one.locator("#caption").input_value().endswith("from other"))  # and the first tab learns of it
        Store(folder).change({"0001.png": Edit("from the sidebar", "rejected")})
        until(lambda: one.locator("#caption").input_value() == "from the sidebar")
        one.keyboard.press("Control+z")  # its own change is not there any more: nobody's words are lost
        until(lambda: "changed in another window" in one.locator("#toasts").inner_text())
        assert caption_of(folder, 1) == "from the sidebar"


def test_at_phone_width_everything_is_in_reach(tmp_path: Path, look: Open) -> None:
    folder = strangers(tmp_path / "set", 12)
    with served(folder, tmp_path / "cache") as client:
        page = look(client, viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)

        def fits() -> None:
            wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide[0] <= wide[1] == 390

        fits()
        page.locator(".card").nth(1).tap()
        page.locator(".card").nth(1).tap()
        page.wait_for_selector("#single:not([hidden])")
        fits()
        page.locator("#accept").tap()
        until(lambda: read_review(folder).verdict("0002.png") == "accepted")
        page.locator("#caption").fill("by thumb")
        page.locator("#save").tap()
        until(lambda: caption_of(folder, 3) == "by thumb")
        page.locator("#to-grid").tap()
        page.locator("#filters-open").tap()
        fits()
        page.get_by_role("button", name="Accepted").tap()
        page.locator("#filters-close").tap()
        until(lambda: page.locator(".card:not([hidden])").count() == 1)
        page.locator("#bulk-open").tap()
        fits()
        small = "[...document.querySelectorAll('button')].filter(b => b.offsetParent && b.offsetHeight < 24).length"
        assert page.evaluate(small) == 0


def metrics(meter: Any) -> dict[str, float]:
    """Seconds of work of the page's main thread so far, by kind; other programs' work does not count."""
    found = {row["name"]: row["value"] for row in meter.send("Performance.getMetrics")["metrics"]}
    return {name: found[name] for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")}


def test_a_thousand_pictures_scroll_smoothly(tmp_path: Path, look: Open) -> None:
    folder = strangers(tmp_path / "set", 1000, (64, 64))
    with served(folder, tmp_path / "cache") as client:
        page = look(client)
        got: list[str] = []
        page.on("request", lambda request: got.append(request.url))
        meter = page.context.new_cdp_session(page)
        meter.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = metrics(meter)
        most = page.evaluate(
            """async () => {
                const grid = document.querySelector('#grid');
                let most = 0;
                for (let step = 0; step < 150; step++) {
                    grid.scrollTop += 120;
                    await new Promise(requestAnimationFrame);
                    most = Math.max(most, document.querySelectorAll('.card').length);
                }
                return most;
            }"""
        )
        spent = {name: (value - before[name]) / 150 * 1000 for name, value in metrics(meter).items()}
        assert most <= 80, "cards out of sight stay in the page"
        assert spent["TaskDuration"] <= 12, f"milliseconds of work a frame: {spent}"
        assert 0 < len([url for url in got if "/small" in url]) < 600, "pictures out of sight are loaded"
        page.keyboard.press("End")
        until(lambda: page.locator(".card.cursor").get_attribute("data-id") == "1000.png")
        assert page.evaluate("getComputedStyle(document.querySelector('.card.cursor')).visibility") == "visible"
        page.keyboard.press("b")
        page.locator("#bulk-what").fill("everywhere")
        page.locator("#bulk-go").click()
        until(lambda: caption_of(folder, 1000).endswith("everywhere"), 60)
        page.keyboard.press("Control+z")
        until(lambda: caption_of(folder, 1).endswith("picture 1") and caption_of(folder, 1000).endswith("1000"), 60)


def test_a_set_of_ours_with_captioners_is_applied(tmp_path: Path, look: Open, out: Any) -> None:
    """Words by origin, captioners side by side, and the dataset made anew with the person's word."""
    folder = out()
    process(folder)
    build(folder)
    record = folder / "final_dataset" / "manifest.json"
    manifest = json.loads(record.read_text(encoding="utf-8"))
    first, second = manifest["pictures"][:2]
    shown = {"words": [{"text": "mara_syn", "origin": "truth", "axis": "trigger"}], "dropped": []}
    shown["words"].append({"text": "front view", "origin": "model", "axis": "angle", "captioner": "blip"})
    shown["dropped"] = [{"text": "a man", "because": "the class is woman", "axis": "class"}]
    first.update(shown)
    record.write_text(json.dumps(manifest), encoding="utf-8")
    with served(folder, tmp_path / "cache") as client:
        client.server.album.cards[second["id"]].__dict__["said"] = (("truth", "x"), ("blip", "a woman in red"))
        page = look(client)
        page.keyboard.press("Enter")
        assert "front view" in page.locator(".origins .model").inner_text()
        assert "a man" in page.locator(".dropped").inner_text()
        page.keyboard.press("ArrowRight")
        assert "a woman in red" in page.locator(".said").inner_text()
        page.locator(".said li", has_text="blip").get_by_role("button").click()
        until(lambda: read_review(folder).text(second["id"]) == "mara_syn, a woman in red")
        page.keyboard.press("x")
        until(lambda: read_review(folder).verdict(second["id"]) == "rejected")
        page.keyboard.press("e")
        page.locator("#caption").fill("mara_syn, my own words")
        page.keyboard.press("Enter")
        until(lambda: "(2)" in page.locator("#apply").inner_text())
        page.locator("#apply").click()
        until(lambda: "up to date" in page.locator("#apply").inner_text(), 30)
    after = json.loads(record.read_text(encoding="utf-8"))
    texts = {row["id"]: (folder / "final_dataset" / row["caption"]).read_text().strip() for row in after["pictures"]}
    assert second["id"] not in texts and "mara_syn, my own words" in texts.values()
    lines = (folder / "final_dataset" / "metadata.jsonl").read_text().splitlines()
    assert {json.loads(line)["text"] for line in lines} == set(texts.values())


#: Text whose contrast with what is behind it is below AA, and controls without a name.
UNREADABLE = """() => {
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const linear = (v) => (v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    const light = (rgb) => [.2126, .7152, .0722].reduce((sum, weight, at) => sum + weight * linear(rgb[at] / 255), 0);
    const behind = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const colour = parse(getComputedStyle(one).backgroundColor);
            if (colour.length < 4 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const faults = [];
    for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const left = element.closest(':disabled, .hidden, script, style');
        if (!own || left || !element.checkVisibility({checkOpacity: true})) continue;
        const pair = [light(parse(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
        if (ratio < 4.5) faults.push(`${element.className} ${element.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
    }
    for (const element of document.querySelectorAll('button, input, textarea, select')) {
        const named = element.labels?.length || element.getAttribute('aria-label') || element.textContent.trim();
        if (element.checkVisibility() && !named) faults.push('no name: ' + element.outerHTML.slice(0, 80));
    }
    return faults;
}"""
RING = "(({outlineStyle, outlineWidth}) => outlineStyle + outlineWidth)(getComputedStyle(document.activeElement))"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readable_by_all(tmp_path: Path, look: Open, scheme: str) -> None:
    """Contrast AA of all text, a name for every control, focus that is seen."""
    folder = strangers(tmp_path / "set", 8)
    Store(folder).change(
        {"0001.png": Edit("front view, from behind", "accepted"), "0002.png": Edit(verdict="rejected")}
    )
    with served(folder, tmp_path / "cache") as client:
        page = look(client, color_scheme=scheme, reduced_motion="reduce")
        assert page.evaluate(UNREADABLE) == []
        page.keyboard.press("Enter")
        assert page.evaluate(UNREADABLE) == []
        page.keyboard.press("Tab")
        assert page.evaluate(RING) == "solid3px"
        page.keyboard.press("Escape")
        for opened in ("b", "?"):
            page.keyboard.press(opened)
            if opened == "b":
                page.keyboard.type("words")
            assert page.evaluate(UNREADABLE) == []
            page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("no such words")
        page.wait_for_selector("#empty:not([hidden])")
        assert page.evaluate(UNREADABLE) == []


def test_a_review_that_was_killed_is_said_and_words_stay(tmp_path: Path, look: Open) -> None:
    folder = strangers(tmp_path / "set")
    command = [sys.executable, "-m", "modelsheet", "review", str(folder), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        page = look(json.loads(child.stdout.readline())["url"], allow="ERR_|Failed to load")
        page.keyboard.press("Enter")
        page.wait_for_selector("#single:not([hidden])")
        child.kill()
    page.keyboard.press("e")
    page.keyboard.type(", not lost")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice:not([hidden])")
    assert "modelsheet review" in page.locator("#notice").inner_text()
    assert page.locator("#caption").input_value().endswith(", not lost")
    page.keyboard.press("ArrowRight")
    until(lambda: "not lost" not in page.locator("#caption").input_value())
    page.keyboard.press("ArrowLeft")
    until(lambda: page.locator("#caption").input_value().endswith(", not lost"))
