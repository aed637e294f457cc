# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is told by its content; whatever is not usable gets one plain line. No bpy."""

from __future__ import annotations

import gzip
import json
import struct
import tempfile
import time
import zipfile
from pathlib import Path

import pytest
from glb import glb
from hypothesis import example, given
from hypothesis import strategies as st
from modelsheet.character.files.archive import unpack_collada
from modelsheet.character.files.beside import Beside
from modelsheet.character.files.gltf import read_vrm
from modelsheet.character.files.sniff import sniff, suffixes, table
from modelsheet.common.errors import InputError

SCENE = {"asset": {"version": "2.0"}}


def refused(path: Path, *words: str) -> str:
    with pytest.raises(InputError) as caught:
        sniff(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    for word in words:
        assert word in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [
        ("a.glb", glb(SCENE), "glb"),
        ("a.vrm", glb({**SCENE, "extensions": {"VRM": {}}}), "vrm"),
        ("a.glb", glb({**SCENE, "extensions": {"VRMC_vrm": {}}}), "vrm"),
        ("a.vrm", glb(SCENE), "glb"),
        ("a.gltf", json.dumps(SCENE).encode(), "gltf"),
        ("a.obj", b"# made by hand\no thing\nv 0 0 0\n", "obj"),
        ("a.stl", b"solid x\n facet normal 0 0 1\n", "stl"),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 1) + b"\0" * 50, "stl"),
        ("a.ply", b"ply\nformat ascii 1.0\nend_header\n", "ply"),
        ("a.usda", b"#usda 1.0\n", "usd"),
        ("a.dae", b'<?xml version="1.0"?>\n<COLLADA></COLLADA>', "collada"),
        ("a.fbx", b"; FBX 7.4.0 project file\nFBXHeaderExtension:  {\n\tFBXVersion: 7400\n}\n", "fbx"),
        ("a.abc", b"Ogawa\xff\0\1" + struct.pack("<QQ", 16, 0), "alembic"),
        ("a.pmx", b"PMX \0\0\0\x40", "mmd"),
        ("a.pmd", b"Pmd\0\0\x80\x3f", "mmd"),
        ("a.blend", gzip.compress(b"BLENDER-v279" + b"\0" * 100 + b"ENDB"), "blend"),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 1) + b"\0" * 50 + b"note", "stl"),
    ],
)
def test_formats_are_told_by_content(tmp_path: Path, name: str, content: bytes, form: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert (sniff(path).form, sniff(path).warnings) == (form, ())


@pytest.mark.parametrize(
    ("name", "content", "form", "right"),
    [
        ("a.fbx", glb(SCENE), "glb", "a.glb"),
        ("a.glb", json.dumps(SCENE).encode(), "gltf", "a.gltf"),
        ("a.glb", b"#usda 1.0\n", "usd", "a.usd"),
        ("a.obj", b"ply\nformat ascii 1.0\nend_header\n", "ply", "a.ply"),
        ("a", glb(SCENE), "glb", "a.glb"),
        ("a.glb", b"v 0 0 0\nf 1 1 1\n", "obj", "a.obj"),
        ("a.fbx", gzip.compress(b"BLENDER-v279ENDB"), "blend", "a.blend"),
    ],
)
def test_a_mislabelled_file_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: bytes, form: str, right: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = sniff(path)
    assert found.form == form
    assert len(found.warnings) == 1
    assert f"Rename it to {right}" in found.warnings[0]


def test_missing_folder_and_empty(tmp_path: Path) -> None:
    refused(tmp_path / "none.glb", "can't be found", "Check the name")
    refused(tmp_path, "is a folder")
    empty = tmp_path / "empty.glb"
    empty.touch()
    refused(empty, "0 bytes")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.blend", b"hello", ["is not a Blender file"]),
        ("a.glb", b"version https://git-lfs.github.com/spec/v1\n", ["git-LFS pointer", "git lfs pull"]),
        ("a.glb", glb(SCENE, extra=100), ["cut off"]),
        ("a.glb", glb(SCENE, version=1), ["version 1"]),
        ("a.glb", glb({"asset": {"version": "1.0"}}), ["version 1.0"]),
        ("a.glb", b"glTF\2\0", ["cut off"]),
        ("a.glb", struct.pack("<4sIII4s", b"glTF", 2, 24, 1 << 31, b"JSON") + b"{}  ", ["cut off"]),
        ("a.glb", glb({"no": "asset"}), ["no glTF scene"]),
        ("a.glb", b"<!DOCTYPE html>\n<html>404</html>", ["web page", "Download the file itself"]),
        ("a.glb", b'\n  <HTML lang="en">', ["web page"]),
        ("a.fbx", b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', ["web server"]),
        ("a.gltf", b'{"asset": ', ["damaged"]),
        ("a.gltf", json.dumps({**SCENE, "buffers": [{"uri": "a.bin"}]}).encode(), ["a.bin", "beside"]),
        ("a.gltf", b"[" * 100_000, ["is not a glTF"]),
        ("a.gltf", b'{"a":' + b"[" * 100_000, ["damaged"]),
        ("a.fbx", b"; FBX 6.1.0 project file\nFBXHeaderExtension: {\n\tFBXVersion: 6100\n}\n", ["6100", "2013"]),
        ("a.fbx", b"; FBX 7.4.0 project file\nFBXHeaderExtension: {\n", ["cut off"]),
        ("a.fbx", b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 6100) + b"\0" * 20, ["6100"]),
        ("a.fbx", b"Kaydara FBX Binary  \x00\x1a\x00" + struct.pack("<I", 7400) + b"\xff" * 20, ["cut off"]),
        ("a.blend", b"BLENDER-v405RENDH" + b"\0" * 100, ["cut off"]),
        ("a.blend", gzip.compress(b"BLENDER-v279" + bytes(range(256)) * 9)[:-40], ["cut off"]),
        ("a.stl", b"\0" * 80 + struct.pack("<I", 9) + b"\0" * 50, ["cut off", "534"]),
        ("a.ply", b"ply\nformat", ["cut off"]),
        ("a.dae", b"<COLLADA>" + b" " * 2000, ["cut off"]),
        ("a.abc", b"Ogawa\xff\0\1" + struct.pack("<QQ", 16, 9), ["cut off"]),
        ("a.abc", b"Ogawa\0\0\1" + struct.pack("<QQ", 16, 0), ["cut off"]),
        ("a.abc", b"Ogawa\xff\0\1", ["cut off"]),
        ("a.usdc", b"PXR-USDC" + struct.pack("<QQ", 0, 99), ["cut off"]),
        ("a.jpg", b"\xff\xd8\xff\xe0", ["JPEG"]),
        ("a.glb", b"\x89PNG\r\n", ["PNG"]),
        ("a.txt", b"hello", ["no kind that is read"]),
        ("a.rar", b"Rar!\x1a\x07\0", ["RAR archive", "Unpack it first"]),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", ["7-Zip", "Unpack it first"]),
        ("a.unitypackage", gzip.compress(b"tar" * 99), ["Unity package", "FBX or VRM"]),
        ("a.tar.gz", gzip.compress(b"tar" * 99), ["packed", "Unpack it first"]),
        ("a.ma", b"//Maya ASCII 2018 scene", ["Maya", "as FBX"]),
        ("a.mb", b"FOR4\0\0\0\0", ["Maya", "as FBX"]),
        ("a.max", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["3ds Max", "as FBX"]),
        ("a.c4d", b"QC4DC4D6\0", ["Cinema 4D", "as FBX"]),
        ("a.duf", b'{\n\t"file_version" : "0.6.0.0"', ["Daz Studio", "as FBX"]),
        ("a.duf", gzip.compress(b'{"file_version"'), ["Daz Studio", "as FBX"]),
        ("a.uasset", b"\xc1\x83\x2a\x9e\0", ["Unreal", "as FBX"]),
        ("a.vroid", b"PK\3\4", ["archive"]),
        ("a.spp", b"\x00\x01", ["Substance Painter"]),
        ("a.ztl", b"\x00\x01", ["ZBrush"]),
        ("a.lwo", b"FORM\0\0\0\1LWO2", ["LightWave", "as FBX"]),
        ("a.3ds", b"MM\0\0\0", ["3D Studio", "glTF"]),
        ("a.x3d", b'<?xml version="1.0"?>\n<!DOCTYPE X3D>\n<X3D>', ["X3D", "glTF"]),
        ("a.wrl", b"#VRML V2.0 utf8", ["VRML"]),
        ("a.abc", b"\x89HDF\r\n", ["HDF5", "USD"]),
        ("a.bvh", b"HIERARCHY\nROOT Hips", ["motion"]),
        ("a.mtl", b"newmtl skin\nKd 1 1 1\n", ["materials of an OBJ", ".obj"]),
    ],
)
def test_what_is_not_usable_is_refused_with_its_mend(
    tmp_path: Path, name: str, content: bytes, words: list[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, *words)


def test_every_row_of_the_table_can_speak(tmp_path: Path) -> None:
    for row in [*table()["openings"], *table()["texts"], *table()["suffixes"].values()]:
        assert row.get("form") in table()["forms"] or {"is", "mend"} <= row.keys()
        assert not row.get("mend", "").endswith(".")
    for suffix, row in table()["suffixes"].items():
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(b"\x00\x01\x02")
        refused(path, row["is"], row["mend"])


def test_hostile_text_is_sniffed_in_no_time(tmp_path: Path) -> None:
    for content in (b"<!--" * 16_000, b"solid" + b"\n\t " * 20_000, b"{" + b'"meta":{' * 8_000, b"\n" * 65_000):
        path = tmp_path / "a.glb"
        path.write_bytes(content)
        begun = time.process_time()
        refused(path)
        assert time.process_time() - begun < 1.0


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "<COLLADA></COLLADA>")
    return path


def test_archives_name_what_is_inside(tmp_path: Path) -> None:
    refused(zipped(tmp_path / "a.zip", "readme.txt", "deep/figure.fbx"), "archive", "Unpack it first", "figure.fbx")
    refused(zipped(tmp_path / "a.glb", "readme.txt"), "archive", "Unpack it first")
    refused(zipped(tmp_path / "a.vroid", "data.json"), "VRoid Studio", "as VRM")
    broken = tmp_path / "b.usdz"
    broken.write_bytes((tmp_path / "a.zip").read_bytes()[:40])
    refused(broken, "cut-off archive")


def test_a_zipped_collada_is_read(tmp_path: Path) -> None:
    found = sniff(zipped(tmp_path / "a.zae", "manifest.xml", "deep/figure.dae"))
    assert (found.form, found.warnings) == ("zae", ())
    assert "Rename it to a.zae" in sniff(zipped(tmp_path / "a.zip", "figure.dae")).warnings[0]


def test_what_leaves_an_archive_is_contained_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "a.zae", "../../evil.png", "/evil.png", "c:/evil.png", "run.exe", "b/c.dae", "b/skin.png")
    target = tmp_path / "out"
    target.mkdir()
    assert unpack_collada(path, target) == target / "b" / "c.dae"
    assert sorted(entry.name for entry in tmp_path.rglob("*") if entry.is_file()) == ["a.zae", "c.dae", "skin.png"]
    monkeypatch.setattr("modelsheet.character.files.archive.MAX_UNPACKED", 40)
    with pytest.raises(InputError, match="larger than"):
        unpack_collada(path, target)


def test_parts_are_found_by_name_near_the_model_only(tmp_path: Path) -> None:
    model = tmp_path / "pack" / "model" / "hero.fbx"
    places = [
        "model/a.png",
        "model/Textures/b.png",
        "textures/c.png",
        "model/x/d.png",
        "model/x/e.png",
        "model/y/e.png",
    ]
    for place in [*places, "../f.png", "other/g.png", "model/hero.fbm/h i.png"]:
        path = tmp_path / "pack" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    near = Beside(model)
    found = {name: near.find(f"C:\\work\\{name}.PNG") for name in "abcdefg"}
    assert {name for name, path in found.items() if path} == set("abcd")
    assert near.find("tex/h%20i.png") is not None
    assert near.find("../../f.png") is None
    assert near.find("../textures/c.png") == (tmp_path / "pack/textures/c.png").resolve()


def test_required_extensions_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    path.write_bytes(glb({**SCENE, "extensionsRequired": ["KHR_texture_basisu"]}))
    assert sniff(path).required == ("KHR_texture_basisu",)


def test_the_files_beside_us(characters: Path) -> None:
    forms = {
        path.name: sniff(path).form for path in characters.glob("*.[!m]*") if not path.name.startswith(("bad", "yw"))
    }
    assert forms["godette_vrm0.vrm"] == "vrm"
    assert forms["mpfb_human.blend"] == "blend"
    assert forms["rocketbox_male01.fbx"] == "fbx"
    for path in sorted(characters.glob("bad_*")):
        refused(path)


OPENINGS = [
    b"",
    b"glTF\2\0\0\0",
    b"Kaydara FBX Binary  \x00\x1a\x00",
    b"BLENDER",
    b"PK\x03\x04",
    b"{",
    b"<",
    b"solid ",
    b"v 0",
    b"\x28\xb5\x2f\xfd",
]


@given(st.sampled_from(sorted(suffixes())), st.sampled_from(OPENINGS), st.binary(max_size=200))
@example("glb", b"", glb({"asset": {}, "extensions": [], "buffers": 3, "extensionsRequired": {"a": 1}}))
@example("glb", b"", glb({"asset": {}, "extensions": {"VRM": {"humanoid": 3, "meta": [], "blendShapeMaster": "x"}}}))
@example(
    "glb",
    b"",
    glb({"asset": {}, "extensions": {"VRMC_vrm": {"humanoid": [], "meta": 1, "expressions": {"preset": []}}}}),
)
@example(
    "vrm",
    b"",
    glb(
        {
            "asset": {},
            "extensions": {
                "VRM": {
                    "humanoid": {"humanBones": {"a": 1}},
                    "blendShapeMaster": {"blendShapeGroups": [3, {"presetName": 3, "binds": [4, {"index": "x"}]}]},
                }
            },
        }
    ),
)
def test_no_file_gives_a_traceback(suffix: str, opening: bytes, rest: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{suffix}"
        path.write_bytes(opening + rest)
        try:
            read_vrm(sniff(path).data)
        except InputError as error:
            assert "\n" not in str(error)
