# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's materials, all procedural: no picture files. Colours are linear RGB."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import bpy

Colour = tuple[float, float, float]


class Nodes:
    """A small hand for building node trees."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")
        self.surface = self.tree.nodes.new("ShaderNodeBsdfPrincipled")
        self.link(self.surface.outputs["BSDF"], self.output.inputs["Surface"])

    def link(self, start: Any, end: Any) -> None:
        """Connect an output socket to an input socket."""
        self.tree.links.new(start, end)

    def set(self, **values: Any) -> None:
        """Inputs of the Principled BSDF: underscores for spaces; sockets are linked, values set."""
        for name, value in values.items():
            self.put(self.surface.inputs[name.replace("_", " ").title().replace("Ior", "IOR")], value)

    def put(self, socket: Any, value: Any) -> None:
        """Set or link one input."""
        if isinstance(value, bpy.types.NodeSocket):
            self.link(value, socket)
        elif isinstance(value, tuple) and socket.type == "RGBA" and len(value) == 3:
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def node(self, kind: str, **settings: Any) -> Any:
        """A node with properties set by name."""
        made = self.tree.nodes.new(f"ShaderNode{kind}")
        for name, value in settings.items():
            setattr(made, name, value)
        return made

    def attribute(self, name: str) -> Any:
        """The vector output of a geometry attribute."""
        return self.node("Attribute", attribute_name=name).outputs["Vector"]

    def split(self, vector: Any) -> tuple[Any, Any, Any]:
        """x, y, z of a vector."""
        made = self.node("SeparateXYZ")
        self.link(vector, made.inputs[0])
        return made.outputs[0], made.outputs[1], made.outputs[2]

    def math(self, operation: str, a: Any, b: Any = 0.0, clamp: bool = False) -> Any:
        """A math node's value."""
        made = self.node("Math", operation=operation, use_clamp=clamp)
        self.put(made.inputs[0], a)
        self.put(made.inputs[1], b)
        return made.outputs[0]

    def step(self, value: Any, low: float, high: float) -> Any:
        """Smoothstep of a value: 0 at low, 1 at high (low may be the greater)."""
        made = self.node("MapRange", interpolation_type="SMOOTHSTEP")
        self.put(made.inputs["Value"], value)
        swap = low > high
        made.inputs["From Min"].default_value, made.inputs["From Max"].default_value = sorted((low, high))
        made.inputs["To Min"].default_value, made.inputs["To Max"].default_value = (1.0, 0.0) if swap else (0.0, 1.0)
        return made.outputs["Result"]

    def mix(self, factor: Any, a: Any, b: Any, blend: str = "MIX") -> Any:
        """Colour between a and b."""
        made = self.node("Mix", data_type="RGBA", blend_type=blend)
        self.put(made.inputs[0], factor)
        self.put(made.inputs[6], a)
        self.put(made.inputs[7], b)
        return made.outputs[2]

    def noise(self, vector: Any, scale: float, detail: float = 2.0) -> Any:
        """Noise value over a vector."""
        made = self.node("TexNoise")
        self.put(made.inputs["Vector"], vector)
        made.inputs["Scale"].default_value = scale
        made.inputs["Detail"].default_value = detail
        return made.outputs[0]

    def bump(self, height: Any, strength: float, distance: float) -> None:
        """Bump the surface."""
        made = self.node("Bump")
        made.inputs["Strength"].default_value = strength
        made.inputs["Distance"].default_value = distance
        self.link(height, made.inputs["Height"])
        self.link(made.outputs["Normal"], self.surface.inputs["Normal"])


def scaled(colour: Colour, by: float) -> Colour:
    """A colour times a number."""
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def toned(colour: Colour, red: float, green: float, blue: float) -> Colour:
    """A colour times a number a channel."""
    return (colour[0] * red, colour[1] * green, colour[2] * blue)


def skin(colours: Mapping[str, Colour]) -> bpy.types.Material:
    """Skin with blush, lips, the mouth's inside; subsurface."""
    n = Nodes("skin")
    base = colours["skin"]
    blush, lip, inside = n.split(n.attribute("tint"))
    colour = n.mix(n.math("MULTIPLY", blush, 0.55), base, toned(base, 1.0, 0.58, 0.52))
    colour = n.mix(n.math("MULTIPLY", lip, 0.85), colour, toned(base, 0.86, 0.40, 0.40))
    colour = n.mix(inside, colour, (0.10, 0.012, 0.012))
    n.set(
        base_color=colour,
        roughness=0.46,
        subsurface_weight=0.12,
        subsurface_radius=(1.0, 0.35, 0.18),
        subsurface_scale=0.012,
    )
    n.set(specular_ior_level=0.4)
    return n.material


def eye(colours: Mapping[str, Colour]) -> bpy.types.Material:
    """Eyeball: sclera, limbal ring, iris with fibres, pupil; a glossy coat as cornea."""
    n = Nodes("eye")
    polar, turn, _ = n.split(n.attribute("coords"))
    iris = colours["eyes"]
    fibre = n.node("CombineXYZ")
    n.link(n.math("COSINE", turn), fibre.inputs[0])
    n.link(n.math("SINE", turn), fibre.inputs[1])
    streak = n.noise(fibre.outputs[0], 9.0, 3.0)
    low = n.math("MULTIPLY", n.math("SINE", turn), -1.0)
    glow = n.step(low, -0.6, 1.0)
    colour = n.mix(n.step(streak, 0.35, 0.7), scaled(iris, 0.75), scaled(iris, 1.5))
    colour = n.mix(glow, scaled(iris, 0.45), colour)
    colour = n.mix(n.step(polar, 0.22, 0.17), colour, toned(iris, 0.5, 0.5, 0.45))
    colour = n.mix(n.step(polar, 0.33, 0.38), colour, scaled(iris, 0.12))
    colour = n.mix(n.step(polar, 0.168, 0.155), colour, (0.004, 0.004, 0.005))
    white = n.mix(n.step(polar, 0.6, 1.2), (0.80, 0.79, 0.78), (0.68, 0.52, 0.48))
    colour = n.mix(n.step(polar, 0.378, 0.402), colour, white)
    n.set(base_color=colour, roughness=0.25, coat_weight=1.0, coat_roughness=0.02, specular_ior_level=0.5)
    return n.material


def hair(colours: Mapping[str, Colour]) -> bpy.types.Material:
    """Hair: strands by noise stretched along the locks."""
    n = Nodes("hair")
    base = colours["hair"]
    u, v, _ = n.split(n.attribute("coords"))
    tone, _, _ = n.split(n.attribute("tint"))
    vector = n.node("CombineXYZ")
    n.link(n.math("MULTIPLY", u, 900.0), vector.inputs[0])
    n.link(n.math("MULTIPLY", v, 1.6), vector.inputs[1])
    strand = n.noise(vector.outputs[0], 1.0, 2.0)
    colour = n.mix(n.step(strand, 0.3, 0.7), scaled(base, 0.55), scaled(base, 1.35))
    colour = n.mix(n.math("MULTIPLY", tone, 0.45), colour, scaled(base, 0.45))
    n.set(base_color=colour, roughness=0.42, specular_ior_level=0.45)
    n.bump(strand, 0.35, 0.0015)
    return n.material


def cloth(name: str, colour: Colour, knit: float) -> bpy.types.Material:
    """Cloth with a soft sheen; `knit` > 0 gives ribs."""
    n = Nodes(name)
    place = n.node("TexCoord").outputs["Object"]
    grain = n.noise(place, 420.0, 2.0)
    shade = n.mix(n.step(grain, 0.3, 0.75), scaled(colour, 0.85), scaled(colour, 1.1))
    n.set(base_color=shade, roughness=0.85, sheen_weight=0.25, sheen_roughness=0.5, specular_ior_level=0.25)
    n.bump(grain, 0.25 + 0.2 * knit, 0.002)
    return n.material


def plain(name: str, colour: Colour, roughness: float, **more: Any) -> bpy.types.Material:
    """One colour, one roughness."""
    n = Nodes(name)
    n.set(base_color=colour, roughness=roughness, **more)
    return n.material


def all_materials(colours: Mapping[str, Colour]) -> dict[str, bpy.types.Material]:
    """Material name, as parts give it -> material."""
    dark = scaled(colours["hair"], 0.5)
    makers: dict[str, Callable[[], bpy.types.Material]] = {
        "skin": lambda: skin(colours),
        "eye": lambda: eye(colours),
        "hair": lambda: hair(colours),
        "brow": lambda: plain("brow", dark, 0.6),
        "lash": lambda: plain("lash", (0.012, 0.009, 0.008), 0.5),
        "teeth": lambda: plain("teeth", (0.80, 0.76, 0.69), 0.2, coat_weight=0.5),
        "tongue": lambda: plain("tongue", (0.45, 0.11, 0.10), 0.35),
        "cloth_top": lambda: cloth("cloth_top", colours["top"], 1.0),
        "cloth_bottom": lambda: cloth("cloth_bottom", colours["trousers"], 0.0),
        "shoe": lambda: plain("shoe", (0.16, 0.085, 0.045), 0.4),
    }
    return {name: make() for name, make in makers.items()}
