# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file says of its rights, from every format that can say it; hostile files say nothing and break nothing."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from modelsheet.character.files.sniff import Found
from modelsheet.character.licence.read import beside, read_licence

CLOSED = {"author": "Ada", "allowedUserName": "OnlyAuthor", "violentUssageName": "Disallow"}
CLOSED |= {
    "sexualUssageName": "Disallow",
    "commercialUssageName": "Disallow",
    "licenseName": "Redistribution_Prohibited",
}
OPEN = {"authors": ["Ada", "Bo"], "licenseUrl": "https://vrm.dev/licenses/1.0/", "avatarPermission": "everyone"}
OPEN |= {"allowExcessivelyViolentUsage": True, "allowExcessivelySexualUsage": True, "commercialUsage": "corporation"}
OPEN |= {"allowPoliticalOrReligiousUsage": True, "allowAntisocialOrHateUsage": True, "creditNotation": "unnecessary"}
OPEN |= {"allowRedistribution": True, "modification": "allowModificationRedistribution"}
HUB = "https://hub.vroid.com/license?modification=disallow&personal_commercial_use=nonprofit&credit=necessary&version=1"
NOT_VIOLENT = {"violent use", "sexual use", "political or religious use", "antisocial or hateful use"}


def vrm0(meta: dict[str, Any]) -> dict[str, Any]:
    return {"asset": {"version": "2.0"}, "extensions": {"VRM": {"meta": meta}}}


def vrm1(meta: dict[str, Any]) -> dict[str, Any]:
    return {"asset": {"version": "2.0"}, "extensions": {"VRMC_vrm": {"meta": meta}}}


def asset(**parts: Any) -> dict[str, Any]:
    return {"asset": {"version": "2.0", **parts}}


def stated(data: dict[str, Any], form: str = "vrm") -> dict[str, Any]:
    licence = read_licence(Path("nowhere"), Found(form, data))
    assert licence is not None
    json.dumps(licence)
    return licence


@pytest.mark.parametrize(
    ("data", "source", "forbids", "asks"),
    [
        (vrm0({**OPEN, "licenseName": "CC0", "allowedUserName": "Everyone"}), "VRM 0.x meta", set(), set()),
        (
            vrm0(CLOSED),
            "VRM 0.x meta",
            {"use by anyone but the author", "violent use", "sexual use", "commercial use", "redistribution"},
            set(),
        ),
        (vrm0({"licenseName": "CC_BY_NC_ND"}), "VRM 0.x meta", {"commercial use", "modification"}, set()),
        (vrm0({"licenseName": "CC_BY_SA"}), "VRM 0.x meta", set(), {"naming the author", "the same licence"}),
        (vrm0({"otherPermissionUrl": HUB}), "VRM 0.x meta", {"commercial use", "modification"}, {"naming the author"}),
        (vrm0({"reference": "AI学習禁止、再配布禁止"}), "VRM 0.x meta", {"training AI on it", "redistribution"}, set()),
        (vrm1(OPEN), "VRM 1.0 meta", set(), set()),
        # what a VRM 1.0 file leaves out is forbidden by its schema
        (
            vrm1({"name": "Ada", "authors": ["A"], "licenseUrl": "https://vrm.dev/licenses/1.0/"}),
            "VRM 1.0 meta",
            {"use by anyone but the author", "commercial use", "redistribution", "modification", *NOT_VIOLENT},
            {"naming the author"},
        ),
        (
            vrm1({**OPEN, "commercialUsage": "personalProfit", "modification": "allowModification"}),
            "VRM 1.0 meta",
            {"commercial use by companies", "redistribution of modified copies"},
            set(),
        ),
    ],
)
def test_vrm_terms_in_plain_words(data: dict[str, Any], source: str, forbids: set[str], asks: set[str]) -> None:
    licence = stated(data)
    assert licence["source"] == source
    assert set(licence["forbids"]) == forbids
    assert all(any(asked.startswith(ask) for asked in licence["asks"]) for ask in asks)
    assert len(licence["asks"]) == len(asks) or "CC_BY" in str(data)


@pytest.mark.parametrize(
    ("words", "name", "forbids"),
    [
        ("CC-BY-4.0 (http://creativecommons.org/licenses/by/4.0/)", "CC BY", []),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0/", "CC BY-NC-SA", ["commercial use"]),
        ("CC Attribution-NonCommercial-NoDerivs", None, ["commercial use", "modification"]),
        ("free for commercial and non-commercial use", None, []),
        ("Personal use only. All rights reserved.", None, ["commercial use", "any use that the owner has not allowed"]),
        ("Not for AI training or resale", None, ["training AI on it"]),
        ("You may not use this model for training any AI", None, ["training AI on it"]),
        ("No-AI", None, ["training AI on it"]),
        ("AI training allowed, no attribution required", None, []),
        ("Said by Ncuti in Airdrie", None, []),
        ("https://www.vn3.org/terms", "VN3 License", ["training AI on it unless its VN3 terms allow that"]),
        ("CC0 1.0", "CC0", []),
    ],
)
def test_words_of_a_gltf_asset(words: str, name: str | None, forbids: list[str]) -> None:
    licence = stated(asset(copyright=words), "glb")
    assert licence["source"] == "glTF asset"
    assert licence["copyright"] == words
    assert licence.get("name") == name
    assert licence["forbids"] == forbids


def test_what_sketchfab_writes() -> None:
    extras = {"author": "Ada (https://sketchfab.com/ada)", "license": "CC-BY-NC-4.0", "source": "https://s.com/1"}
    licence = stated(asset(extras={**extras, "title": "No-AI girl"}), "gltf")
    assert (licence["author"], licence["name"]) == (extras["author"], "CC-BY-NC-4.0")
    assert licence["forbids"] == ["commercial use"]  # the title is no term
    assert licence["fields"]["source"] == "https://s.com/1"


def test_xmp_in_a_gltf() -> None:
    packet = {"dc:creator": {"@list": ["Ada"]}, "dc:rights": {"@type": "rdf:Alt", "rdf:_1": {"@value": "CC BY-ND 4.0"}}}
    data = asset(extensions={"KHR_xmp_json_ld": {"packet": 1}})
    data["extensions"] = {"KHR_xmp_json_ld": {"packets": [{"dc:rights": "another's"}, packet]}}
    licence = stated(data, "glb")
    assert (licence["author"], licence["copyright"]) == ("Ada", "CC BY-ND 4.0")
    assert licence["forbids"] == ["modification"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        asset(),
        asset(copyright=["no", {"text": 1}]),
        asset(extras={"title": "only a title"}),
        asset(extras=7, extensions={"KHR_xmp_json_ld": {"packet": 99}}),
        {"asset": 3, "extensions": {"KHR_xmp_json_ld": {"packets": "x"}}},
    ],
)
def test_a_gltf_that_says_nothing(data: dict[str, Any]) -> None:
    assert read_licence(Path("nowhere"), Found("glb", data)) is None


def test_a_chatty_or_hostile_text_is_cut_and_cleaned() -> None:
    extras = {f"license {number}": "x" * 5000 for number in range(500)}
    licence = stated(asset(copyright="\x1b[2J\u202eAda\n\x00Bo", extras=extras), "glb")
    assert licence["copyright"] == "[2J Ada Bo"
    assert len(licence["fields"]) <= 40
    assert all(len(text) <= 1000 for text in licence["fields"].values())


OBJ = "# Blender\n# Licence: CC BY-NC 4.0\n# just a comment\nv 0 0 0\n"
PLY = "ply\nformat ascii 1.0\ncomment Copyright 2020 Ada, all rights reserved\nend_header\n"
DAE = """<COLLADA><asset><contributor><author>Ada</author><comments>version 3</comments>
<copyright>A &amp; Co, CC-BY-ND</copyright></contributor></asset><p>© nobody</p></COLLADA>"""
USDA = """#usda 1.0
(
    customLayerData = {
        string copyright = "Ada"
        string license = "CC BY-NC"
    }
    doc = '''a'''
    upAxis = "Y"
)
def Xform "Ada" (
    doc = "copyright of something else"
)
{
}
"""
FBX_TEXT = """; FBX 7.4.0
SceneInfo: "x" {
    MetaData:  {
        Version: 100
        Title: "Hero"
        Author: "Ada"
        Comment: ""
    }
}
"""


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("obj", OBJ, {"source": "comments in the file", "name": "CC BY-NC", "forbids": ["commercial use"]}),
        ("ply", PLY, {"forbids": ["any use that the owner has not allowed"]}),
        ("collada", DAE, {"author": "Ada", "copyright": "A & Co, CC-BY-ND", "forbids": ["modification"]}),
        ("usd", USDA, {"copyright": "Ada", "name": "CC BY-NC", "forbids": ["commercial use"]}),
        ("fbx", FBX_TEXT, {"source": "FBX", "author": "Ada", "fields": {"Title": "Hero", "Author": "Ada"}}),
        ("obj", "v 0 0 0\n# Licence: too late\n" * 60, {"source": "comments in the file"}),
        ("obj", "# Blender 4.5\nv 0 0 0\n", None),
        ("stl", "solid licence\n", None),
        ("fbx", "Kaydara FBX Binary  \x00\x1a\x00", None),
        ("usd", "PXR-USDC\x00\x08", None),
        ("usd", "PK\x03\x04 damaged", None),
        ("zae", "PK\x03\x04 damaged", None),
    ],
)
def test_text_formats(tmp_path: Path, form: str, text: str, expected: dict[str, Any] | None) -> None:
    path = tmp_path / "hero.bin"
    path.write_text(text, encoding="utf-8")
    licence = read_licence(path, Found(form))
    if expected is None:
        assert licence is None
    else:
        assert licence is not None
        assert {key: licence[key] for key in expected} == expected


def pmx(encoding: str, *texts: str) -> bytes:
    data = b"PMX " + struct.pack("<fB", 2.0, 8) + bytes([encoding == "utf-8", *[0] * 7])
    return data + b"".join(struct.pack("<I", len(text.encode(encoding))) + text.encode(encoding) for text in texts)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_comment_of_an_mmd_model(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "miku.pmx"
    data = pmx(encoding, "ミク", "Miku", "作者: 誰か\r\n再配布は禁止、商用利用不可", "no resale")
    path.write_bytes(data)
    licence = read_licence(path, Found("mmd"))
    assert licence is not None
    assert set(licence["forbids"]) == {"redistribution", "commercial use"}
    for end in range(0, len(data), 9):
        path.write_bytes(data[:end])
        read_licence(path, Found("mmd"))
    path.write_bytes(b"Pmd" + bytes(4) + "ミク".encode("shift_jis").ljust(20, b"\0") + "改変禁止".encode("shift_jis"))
    licence = read_licence(path, Found("mmd"))
    assert licence is not None
    assert licence["forbids"] == ["modification"]


def record(name: bytes, wide: bool, start: int, text: str | None = None, inside: bytes = b"") -> bytes:
    """One FBX record; `inside` must have been built for the place where it lands."""
    value = b"" if text is None else b"S" + struct.pack("<I", len(text.encode())) + text.encode()
    form = "<QQQB" if wide else "<IIIB"
    length = struct.calcsize(form) + len(name) + len(value)
    head = struct.pack(form, start + length + len(inside), int(text is not None), len(value), len(name))
    return head + name + value + inside


def binary_fbx(wide: bool, author: str) -> bytes:
    size = 25 if wide else 13
    way = (b"FBXHeaderExtension", b"SceneInfo", b"MetaData")
    place = 27 + sum(size + len(name) for name in way)
    fields = record(b"Title", wide, place, "Hero")
    data = fields + record(b"Author", wide, place + len(fields), author)
    for name in reversed(way):
        place -= size + len(name)
        data = record(name, wide, place, None, data)
    return b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7500 if wide else 7400) + data


@pytest.mark.parametrize("wide", [False, True])
def test_binary_fbx_whole_and_cut_off_anywhere(tmp_path: Path, wide: bool) -> None:
    path = tmp_path / "hero.fbx"
    data = binary_fbx(wide, "Äda")
    path.write_bytes(data)
    licence = read_licence(path, Found("fbx"))
    assert licence is not None
    assert licence["fields"] == {"Title": "Hero", "Author": "Äda"}
    for end in range(0, len(data), 7):
        path.write_bytes(data[:end])
        read_licence(path, Found("fbx"))


def usdc(tokens: bytes, run: int) -> bytes:
    """A crate file of which only the token section is real: `tokens`, the last letter `run` times more, a zero."""
    block = b"\x00\xff" + more(len(tokens)) + tokens + struct.pack("<H", 1) + more(run - 4) + b"\x10\x00"
    section = struct.pack("<QQQ", tokens.count(b"\x00") + 1, len(tokens) + run + 1, len(block)) + block
    table = struct.pack("<Q", 1) + struct.pack("<16sqq", b"TOKENS", 24, len(section))
    return b"PXR-USDC" + bytes(8) + struct.pack("<q", 24 + len(section)) + section + table


def more(length: int) -> bytes:
    """What LZ4 writes after a length's four set bits."""
    return b"\xff" * ((length - 15) // 255) + bytes([(length - 15) % 255])


def test_binary_usd_and_its_archive(tmp_path: Path) -> None:
    data = usdc(b"Xform\x00upAxis and more\x00Copyright 2024 Ada, CC BY-NC-SA !", 299)
    plain, archive = tmp_path / "hero.usdc", tmp_path / "hero.usdz"
    plain.write_bytes(data)
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("hero.usdc", data)
    for path in (plain, archive):
        licence = read_licence(path, Found("usd"))
        assert licence is not None
        assert licence["name"] == "CC BY-NC-SA"
        assert list(licence["fields"].values()) == ["Copyright 2024 Ada, CC BY-NC-SA " + "!" * 300]
    for end in range(0, len(data), 11):
        plain.write_bytes(data[:end])
        read_licence(plain, Found("usd"))


def test_files_beside_it_are_only_named(tmp_path: Path) -> None:
    for name in ("hero.obj", "LICENSE.txt", "readme.md", "license-hero.png.bak", "other.obj"):
        (tmp_path / name).write_text("x")
    assert beside(tmp_path / "hero.obj") == ["LICENSE.txt", "license-hero.png.bak", "readme.md"]
    assert beside(tmp_path / "gone" / "hero.obj") == []
