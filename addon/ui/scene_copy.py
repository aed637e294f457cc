# SPDX-License-Identifier: GPL-3.0-or-later
"""The open scene as it is now, unsaved edits included, as a file that a child Blender can read.

Blender's own "save a copy" writes it: the user's file name, its unsaved state, undo and scene stay as they are, edit
modes are written out, and relative paths to textures are made to fit the new place. What was painted and not saved is
in no .blend: those pictures go beside the copy.
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..character.files.painted import TABLE, painted_folder
from ..common.errors import InputError
from ..common.files import describe_os_error, write_json
from ..request import JOB_FILE

#: Below the output folder; a name with a dot counts as none of its contents.
FOLDER = ".scene"
#: What a picture must be to be painted on.
PAINTED = frozenset({"FILE", "GENERATED"})
NO_MESH = "The open scene holds no mesh. Open or import a character, or take a character file."


@dataclass(frozen=True)
class SceneCopy:
    """The copy, and the words by which the command line finds in it who is meant."""

    path: Path
    words: tuple[str, ...]


def take_copy(context: bpy.types.Context, folder: Path, character: str = "") -> SceneCopy:
    """Write the open file's copy into `folder`, which is made. character: whom the user named; "": the active object's.

    Raises InputError where there is nobody in the scene, or the folder can't be written.
    """
    if why := why_nobody(context):
        raise InputError(why)
    path = folder / f"{title(context)}.blend"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _keep_painted(path)
        part = path.with_name(f"{path.stem}.part.blend")
        bpy.ops.wm.save_as_mainfile(
            filepath=str(part), copy=True, check_existing=False, compress=False, relative_remap=True
        )
        part.replace(path)
        part.with_suffix(".blend1").unlink(missing_ok=True)
    except OSError as error:
        raise InputError(describe_os_error(path, error)) from error
    except RuntimeError as error:
        reason = str(error).strip().removeprefix("Error: ").rstrip(".")
        raise InputError(f"The copy of the scene can't be written ({reason}). Choose another output folder.") from error
    named = character.strip() or active_character(context)
    words = [f"--scene={context.scene.name}", *([f"--character={named}"] if named else [])]
    return SceneCopy(path, tuple(words))


def discard(out: Path) -> None:
    """Take the copy in an output folder away where no job came of it, and the folder where nothing else is in it."""
    if (out / JOB_FILE).is_file() or not (out / FOLDER).is_dir():
        return
    shutil.rmtree(out / FOLDER, ignore_errors=True)
    with suppress(OSError):
        out.rmdir()


def session_folder() -> Path:
    """A place for copies that nothing will need after this Blender is closed."""
    return Path(bpy.app.tempdir) / "modelsheet-scene"


def title(context: bpy.types.Context) -> str:
    """What the copy is called: as the open file, or as its character where it was never saved."""
    named = Path(bpy.data.filepath).stem or active_character(context) or context.scene.name
    return re.sub(r"[^\w.-]+", "-", named).strip(".-")[:60] or "scene"


def why_nobody(context: bpy.types.Context) -> str:
    """Why nobody can be photographed in the open scene; "" where somebody can."""
    return "" if any(obj.type == "MESH" for obj in context.scene.objects) else NO_MESH


def active_character(context: bpy.types.Context) -> str:
    """A name by which the active object's character is found in the file; "" where none is active."""
    obj = context.view_layer.objects.active
    if obj is None or obj.name not in context.scene.objects:
        return ""
    for one in (obj, *_parents(obj)):
        if one.type in {"MESH", "ARMATURE"}:
            return _carrier(one)
    below = [one for one in obj.children_recursive if one.type in {"ARMATURE", "MESH"}]
    below.sort(key=lambda one: (one.type != "ARMATURE", -len(getattr(one.data, "polygons", ())), one.name))
    return below[0].name if below else ""


def _parents(obj: bpy.types.Object) -> list[bpy.types.Object]:
    found: list[bpy.types.Object] = []
    while obj.parent is not None and len(found) < 100:
        obj = obj.parent
        found.append(obj)
    return found


def _carrier(obj: bpy.types.Object) -> str:
    """The armature that moves a mesh, because a mesh may be hidden or hold no face; else the object itself."""
    for modifier in obj.modifiers:
        if modifier.type == "ARMATURE" and modifier.object is not None:
            return str(modifier.object.name)
    above = next((one for one in _parents(obj) if one.type == "ARMATURE"), obj)
    return str(above.name)


def _keep_painted(path: Path) -> None:
    """Write the pictures that were painted on and not saved, as they are, and which is whose."""
    folder = painted_folder(path)
    for old in folder.glob("*") if folder.is_dir() else ():
        old.unlink()
    table: dict[str, str] = {}
    for image in bpy.data.images:
        if image.is_dirty and image.has_data and image.source in PAINTED and image.library is None:
            folder.mkdir(exist_ok=True)
            file = folder / f"{len(table)}.picture"
            image.save(filepath=str(file), save_copy=True)
            table[image.name] = file.name
    if table:
        write_json(folder / TABLE, table)
