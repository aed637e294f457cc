# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for Blender's layout: writes down what is drawn, and refuses what the real one would refuse."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy

ICONS = bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items


class Drawn(SimpleNamespace):
    """One layout and all below it, which write into the same list of (kind, text)."""

    def __init__(self, rows: list[tuple[str, str]] | None = None, opened: bool = True) -> None:
        super().__init__(rows=[] if rows is None else rows, opened=opened, enabled=True, active=True, alert=False)

    def column(self, **_options: Any) -> Drawn:
        return Drawn(self.rows, self.opened)

    row = box = split = column_flow = grid_flow = column

    def panel(self, idname: str, default_closed: bool = False) -> tuple[Drawn, Drawn | None]:
        self.rows.append(("panel", idname))
        return self.column(), self.column() if self.opened else None

    def prop(self, owner: Any, name: str, **options: Any) -> None:
        assert name in owner.bl_rna.properties, name
        getattr(owner, name)  # Blender reads it, too
        _icon(options)
        self.rows.append(("prop", name))

    def label(self, *, text: str = "", icon: str = "NONE", **_options: Any) -> None:
        _icon({"icon": icon})
        self.rows.append(("label", text))

    def operator(self, name: str, **options: Any) -> SimpleNamespace:
        module, _dot, word = name.partition(".")
        getattr(getattr(bpy.ops, module), word).get_rna_type()  # raises KeyError for one that there is not
        _icon(options)
        self.rows.append(("operator", name))
        return SimpleNamespace()

    def menu(self, name: str, **options: Any) -> None:
        assert hasattr(bpy.types, name), name
        _icon(options)
        self.rows.append(("menu", name))

    def template_icon(self, *, icon_value: int, scale: float) -> None:
        assert icon_value > 0 and scale > 0
        self.rows.append(("picture", str(icon_value)))

    def progress(self, *, factor: float, text: str) -> None:
        assert 0 <= factor <= 1
        self.rows.append(("progress", text))

    def separator(self, **_options: Any) -> None:
        return

    def texts(self, kind: str = "label") -> list[str]:
        return [text for what, text in self.rows if what == kind]

    @property
    def words(self) -> str:
        """All labels in one line, as they are read."""
        return " ".join(self.texts())


def draw(panel: Any, opened: bool = True) -> Drawn:
    """What a panel draws now; nothing where its poll says no."""
    layout = Drawn(opened=opened)
    if getattr(panel, "poll", None) and not panel.poll(bpy.context):
        return layout
    shared = {name: getattr(panel, name, None) for name in dir(panel) if not name.startswith("__")}
    panel.draw(SimpleNamespace(**{**shared, "layout": layout}), bpy.context)
    return layout


def _icon(options: dict[str, Any]) -> None:
    assert options.get("icon", "NONE") in ICONS, options
