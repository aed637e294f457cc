# SPDX-License-Identifier: GPL-3.0-or-later
"""Walking through a material's node tree: what feeds a socket, what it is fed by, groups looked into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import bpy

from ...common.tables import read_table

Node = bpy.types.Node
Socket = bpy.types.NodeSocket
Tree = bpy.types.NodeTree
#: Groups in groups in groups: deeper than this nobody builds.
DEEPEST = 8


@cache
def table() -> dict[str, Any]:
    """materials.yaml, its patterns compiled."""
    data = read_table(Path(__file__).with_name("materials.yaml")).data
    for part in ("kinds", "hints"):
        data[part] = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in data[part].items()}
    for row in data["stand_ins"]:
        row["name"] = re.compile(row["name"], re.IGNORECASE)
    return data


def kind(name: str, which: str) -> bool:
    """Whether a material's name says that it is of a kind (materials.yaml)."""
    return bool(table()["kinds"][which].search(name))


def hint(name: str, which: str) -> bool:
    """Whether the name of a socket, node or image says what it carries (materials.yaml)."""
    return bool(table()["hints"][which].search(name))


def stand_in(name: str, meshes: Iterable[str] = ()) -> tuple[float, float, float, float]:
    """A plausible plain colour for a material of that name on meshes of those names."""
    rows = table()["stand_ins"]
    row = next(row for row in rows if row["name"].search(name))
    if row.get("weak"):
        fit = [each for each in rows if not (row.get("large") and each.get("small"))]
        told = [next(each for each in fit if each["name"].search(mesh)) for mesh in meshes]
        row = next((each for each in told if not each.get("weak")), row)
    return (*row["color"], 1.0)


def output_of(tree: Tree) -> Node | None:
    """The output that Cycles renders."""
    return tree.get_output_node("CYCLES") or tree.get_output_node("ALL")


def trees(tree: Tree) -> list[Tree]:
    """The tree and every group in it, once each."""
    found: list[Tree] = []
    todo = [(tree, 0)]
    while todo:
        current, depth = todo.pop()
        if current in found or depth > DEEPEST:
            continue
        found.append(current)
        todo += [(node.node_tree, depth + 1) for node in current.nodes if node.type == "GROUP" and node.node_tree]
    return found


def upstream(socket: Socket) -> list[Node]:
    """Every node of the same tree behind a socket, nearest first."""
    found: list[Node] = []
    todo = [link.from_node for link in socket.links]
    while todo:
        node = todo.pop(0)
        if node not in found:
            found.append(node)
            # Blender goes through all links of the tree for the links of one socket: those without any aren't asked.
            todo += [link.from_node for entry in node.inputs if entry.is_linked for link in entry.links]
    return found


def reached(socket: Socket) -> Iterator[Node]:
    """Every node behind a socket, those inside groups too."""
    seen: set[tuple[str, str]] = set()
    todo: list[tuple[Socket, int]] = [(socket, 0)]
    while todo:
        current, depth = todo.pop(0)
        for node in upstream(current):
            place = (node.id_data.name, node.name)
            if place in seen:
                continue
            seen.add(place)
            yield node
            if node.type == "GROUP" and node.node_tree and depth < DEEPEST:
                ends = [end for end in node.node_tree.nodes if end.type == "GROUP_OUTPUT"]
                todo += [(entry, depth + 1) for end in ends for entry in end.inputs if entry.is_linked]


def carry(tree: Tree, source: Socket, target: Socket) -> None:
    """Give `target` the link, or else the value, of `source`."""
    if source.is_linked:
        tree.links.new(source.links[0].from_socket, target)
    elif hasattr(source, "default_value"):
        target.default_value = source.default_value


def unlink(tree: Tree, socket: Socket) -> None:
    """Cut what feeds a socket."""
    for link in list(socket.links):
        tree.links.remove(link)
