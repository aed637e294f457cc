# SPDX-License-Identifier: GPL-3.0-or-later
"""Every family through the model libraries' own loading, in the captioners' own environment, on tiny random models.

`scripts/test.py` makes the environment and says where it is, with --captioning; without it these tests skip.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from captioners.sets import COLOURS, make_print
from modelsheet.captioners.child_process import Child, command
from modelsheet.captioners.environment import READY, Standing, look
from modelsheet.captioners.fetch import fetch, look_up
from modelsheet.captioners.options import Options
from modelsheet.captioners.run import caption_with
from modelsheet.captioners.table import captioner
from modelsheet.captioners.weights import check_model, place_of
from modelsheet.common.errors import InputError, WorkError
from modelsheet.common.online import VARIABLE
from modelsheet.dataset.layout import read_rows
from modelsheet.dataset.spoken import Spoken, read_spoken

pytestmark = pytest.mark.captioning

MAKER = Path(__file__).parent.parent / "tiny_captioners.py"
#: A captioner of each family, and its tiny model's folder.
FAMILIES = {
    "blip": "blip",
    "blip-2": "blip-2",
    "florence-2": "florence-2",
    "joycaption": "llava",
    "idefics3": "idefics3",
    "wd-vit-v3": "wd-tagger",
}


@pytest.fixture(scope="module")
def standing(request: pytest.FixtureRequest) -> Standing:
    """The environment."""
    folder = request.config.getoption("--captioning")
    found = look(Path(folder)) if folder else None
    if found is None or found.state != READY:
        pytest.skip("no environment for captioning: scripts/test.py makes one and runs these")
    return found


@pytest.fixture(scope="module")
def tiny(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of tiny models, by family."""
    folder = tmp_path_factory.mktemp("tiny")
    words = [str(standing.python), "-I", "-W", "ignore", str(MAKER), str(folder), *FAMILIES.values()]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-3000:]
    return folder


@pytest.fixture
def caption(standing: Standing, tiny: Path) -> Callable[..., Spoken]:
    """Has the captioner of a name look at an OUT with its tiny model, in a few words; what it has said then."""

    def look_at(out: Path, name: str, tell: Callable[[Any], None] = lambda _event: None, **options: Any) -> Spoken:
        row = captioner(name)
        few = row.settings if row.is_tagger else {**row.settings, "tokens": 4}
        options = {"model": str(tiny / FAMILIES[name]), **options}
        caption_with(replace(row, settings=few), out, Options(environment=standing.folder, **options), tell)
        return read_spoken(out)[name]

    return look_at


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_looks_at_every_picture(
    name: str, caption: Callable[..., Spoken], rendered: Callable[..., Path]
) -> None:
    out = rendered(3)
    (out / "raw_generated" / f"{read_rows(out)[1]['id']}.png").write_bytes(b"damaged")
    events: list[dict[str, Any]] = []
    said = caption(out, name, events.append, batch=2)
    ids = [row["id"] for row in read_rows(out)]
    assert list(said.texts) == [ids[0], ids[2]]
    assert said.speaks == captioner(name).speaks
    assert all(said.texts.values()), "a tiny model says nonsense, but not nothing"
    (fault,) = (event for event in events if event["event"] == "uncaptioned")
    assert fault["id"] == ids[1] and "not a picture" in fault["message"]
    loaded = next(event for event in events if event["event"] == "captioner" and event["device"])
    assert loaded["device"] in ("cpu", "cuda", "mps") and loaded["batch"] == 2
    assert said.head["dtype"] == loaded["dtype"]


def test_a_tagger_sees_the_subject_and_not_what_lies_around_it(
    caption: Callable[..., Spoken], rendered: Callable[..., Path]
) -> None:
    out = rendered(4)
    ids = [row["id"] for row in read_rows(out)]
    make_print(COLOURS[0], hidden=255).save(out / "raw_generated" / f"{ids[3]}.png")
    said = caption(out, "wd-vit-v3")
    assert "red_hair" in said.texts[ids[0]] and "blue_hair" not in said.texts[ids[0]]
    assert "blue_hair" in said.texts[ids[1]] and "red_hair" not in said.texts[ids[1]]
    assert said.scores[ids[3]] == said.scores[ids[0]]
    assert said.texts[ids[0]].split(", ")[0] == max(
        (tag for tag in said.scores[ids[0]] if ":" not in tag), key=said.scores[ids[0]].__getitem__
    )
    assert {"character:somebody_(known)", "rating:general"} <= set(said.scores[ids[0]])
    assert "somebody" not in said.texts[ids[0]] and "general" not in said.texts[ids[0]]


def test_a_stopped_run_goes_on(caption: Callable[..., Spoken], rendered: Callable[..., Path]) -> None:
    out = rendered(4)
    events: list[dict[str, Any]] = []

    def stop(event: dict[str, Any]) -> None:
        if event["event"] == "captioned" and event["done"] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        caption(out, "wd-vit-v3", stop, batch=1)
    assert len(caption(out, "wd-vit-v3", events.append).texts) == 4
    assert [event["done"] for event in events if event["event"] == "captioned"] == [3, 4]


@pytest.mark.parametrize(
    ("name", "spoil", "words"),
    [
        ("blip", lambda folder: (folder / "tokenizer.json").write_text("{", encoding="utf-8"), "can't be loaded"),
        (
            "blip",
            lambda folder: _change(folder / "config.json", vision_config={"num_hidden_layers": 3}),
            "not whole, or of another model",
        ),
        ("joycaption", lambda folder: (folder / "chat_template.jinja").unlink(), "no chat template"),
        ("wd-vit-v3", lambda folder: (folder / "model.onnx").write_bytes(b"nothing"), "can't be loaded"),
        ("wd-vit-v3", lambda folder: (folder / "selected_tags.csv").write_text("a,b\n1,2\n"), "not a list of tags"),
        (
            "wd-vit-v3",
            lambda folder: (folder / "selected_tags.csv").write_text("tag_id,name,category,count\n1,smile,0,2\n"),
            "lists 1 tags",
        ),
    ],
)
def test_a_model_that_does_not_fit_together_is_one_plain_line(
    name: str,
    spoil: Callable[[Path], object],
    words: str,
    caption: Callable[..., Spoken],
    rendered: Callable[..., Path],
    tiny: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "spoiled"
    shutil.copytree(tiny / FAMILIES[name], folder)
    spoil(folder)
    with pytest.raises(InputError) as caught:
        caption(rendered(1), name, model=str(folder))
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not read_spoken(tmp_path / "out")


def _change(path: Path, **parts: dict[str, Any]) -> None:
    config = json.loads(path.read_text(encoding="utf-8"))
    for name, values in parts.items():
        config[name].update(values)
    path.write_text(json.dumps(config), encoding="utf-8")


def test_what_memory_and_machine_can_not_do_is_one_plain_line(standing: Standing, tiny: Path) -> None:
    request = {
        "do": "caption", "name": "blip", "family": "blip", "folder": str(tiny / "blip"), "settings": {},
        "device": "cpu", "dtype": "float32", "batch": 1, "numbers": 10**13, "memory": {"picture": 1}, "size": 32,
        "under": [0, 0, 0], "pictures": [],
    }  # fmt: skip
    with (
        Child(command(standing.python), 120, 120) as child,
        pytest.raises(InputError, match="needs 40000"),
    ):
        list(child.ask(request))
    works = standing.made["works"]["device"]
    missing = "mps" if works != "mps" else "cuda"
    with (
        Child(command(standing.python), 120, 120) as child,
        pytest.raises(InputError, match=f"--captioner-device {missing}"),
    ):
        list(child.ask(request | {"device": missing}))


class Hub(http.server.BaseHTTPRequestHandler):
    """Stands in for the hub: one repository, with a model and what must not be fetched."""

    commit = "0123456789abcdef0123456789abcdef01234567"
    files: dict[str, bytes]
    asked: list[str]
    fails: set[str]

    def do_HEAD(self) -> None:
        """The head of a file."""
        self._file(body=False)

    def do_GET(self) -> None:
        """A list of files, or a file."""
        if self.path.startswith("/api/models/"):
            rows = [{"rfilename": name, "size": len(data)} for name, data in self.files.items()]
            answer = {"id": "me/mine", "modelId": "me/mine", "sha": self.commit, "siblings": rows, "private": False}
            self._answer(json.dumps(answer).encode(), {"Content-Type": "application/json"}, body=True)
        else:
            self._file(body=True)

    def _file(self, body: bool) -> None:
        name = self.path.rpartition("/")[2]
        if body:
            self.asked.append(name)
        if name not in self.files or (body and name in self.fails):
            self.send_error(404 if name not in self.files else 500)
            return
        data = self.files[name]
        self._answer(data, {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Repo-Commit": self.commit}, body)

    def _answer(self, data: bytes, heads: dict[str, str], body: bool) -> None:
        self.send_response(200)
        for name, value in (heads | {"Content-Length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *_words: Any) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def hub(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    """A hub on this computer, and an empty cache."""
    files = {path.name: path.read_bytes() for path in (tiny / "wd-tagger").iterdir()}
    handler = type(
        "OneHub", (Hub,), {"files": {**files, "pytorch_model.bin": b"x", "run.py": b"x"}, "asked": [], "fails": set()}
    )
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv(VARIABLE, raising=False)
    yield handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_weights_are_fetched_after_a_yes_and_gone_on_with(
    hub: type[Hub], caption: Callable[..., Spoken], standing: Standing, rendered: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    out, row, model = rendered(2), captioner("wd-vit-v3"), f"me/mine@{Hub.commit}"
    with pytest.raises(InputError, match="not on this computer"):
        caption(out, "wd-vit-v3", model=model)
    assert not hub.asked, "nothing without a yes"
    place = place_of(row, model)
    hub.fails = {"selected_tags.csv"}
    parcel = look_up(row, place, standing)
    assert parcel.files == ("model.onnx", "selected_tags.csv")
    assert parcel.size == sum(len(hub.files[name]) for name in parcel.files)
    with pytest.raises(WorkError, match="can't be reached"):
        fetch(row, parcel, standing, lambda _event: None)
    with pytest.raises(InputError, match="half downloaded"):
        check_model(row, place)
    hub.fails = set()
    hub.asked.clear()
    events: list[dict[str, Any]] = []
    said = caption(out, "wd-vit-v3", events.append, model=model, online=True)
    assert hub.asked == ["selected_tags.csv"], "what had come is not fetched again; pickles and programs never"
    assert any(event["event"] == "fetching" for event in events)
    assert (said.model, said.head["revision"]) == ("me/mine", Hub.commit)
    monkeypatch.setenv(VARIABLE, "0")
    hub.asked.clear()
    caption(out, "wd-vit-v3", model=model)
    assert not hub.asked


def test_the_process_does_not_outlive_us(standing: Standing, tiny: Path, tmp_path: Path) -> None:
    make_print(COLOURS[0]).save(tmp_path / "a.png")
    picture = {"id": "a", "path": str(tmp_path / "a.png"), "crop": None, "of": None}
    row = captioner("wd-vit-v3")
    request = {
        "do": "caption", "name": row.name, "family": row.family, "folder": str(tiny / row.family), "device": "auto",
        "settings": dict(row.settings), "dtype": "auto", "batch": 1, "numbers": 1, "memory": {"picture": 1}, "size": 32,
        "under": [0, 0, 0], "pictures": [picture] * 50_000,
    }  # fmt: skip
    with Child(command(standing.python), 60, 60) as child:
        assert next(child.ask(request))["event"] == "loaded"
        process = child._process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=15) == 0
