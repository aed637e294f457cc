# SPDX-License-Identifier: GPL-3.0-or-later
"""The sitter's materials, all procedural: no picture files. Colours are linear RGB."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import bpy

from ..common.blender import node_tree

Colour = tuple[float, float, float]

#: Height of soft folds in cloth, in heights of its grain.
FOLDS = 18.0

#: Painted highlights of the eyes: x, z and radius in radians from the gaze.
CATCHLIGHTS = ((-0.150, 0.165, 0.072), (0.150, -0.135, 0.034))

#: Angle of the iris' rim from the gaze, radians.
IRIS = 0.415


class Nodes:
    """A small hand for building node trees."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.tree = node_tree(self.material)
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


def lifted(colour: Colour, by: float) -> Colour:
    """A colour plus a number on each channel."""
    return (colour[0] + by, colour[1] + by, colour[2] + by)


def toned(colour: Colour, red: float, green: float, blue: float) -> Colour:
    """A colour times a number a channel."""
    return (colour[0] * red, colour[1] * green, colour[2] * blue)


def skin(colours: Mapping[str, Colour], feature: str) -> bpy.types.Material:
    """Skin with blush, lips, the mouth's inside and the distinctive feature; subsurface."""
    n = Nodes("skin")
    base = colours["skin"]
    place = n.attribute("coords")
    blush, lip, inside = n.split(n.attribute("tint"))
    spots, scar, near_mole = n.split(n.attribute("marks"))
    colour = n.mix(
        n.step(n.noise(place, 34.0, 2.0), 0.35, 0.7), toned(base, 0.96, 0.93, 0.92), toned(base, 1.03, 1.02, 1.02)
    )
    colour = n.mix(n.math("MULTIPLY", blush, 0.75), colour, toned(base, 1.0, 0.58, 0.52))
    if feature == "freckles":
        cells = n.node("TexVoronoi")
        n.link(place, cells.inputs["Vector"])
        cells.inputs["Scale"].default_value = 210.0
        chance, size, _ = n.split(cells.outputs["Color"])
        dot = n.math("LESS_THAN", cells.outputs["Distance"], n.math("ADD", n.math("MULTIPLY", size, 0.16), 0.12))
        dot = n.math("MULTIPLY", dot, n.math("LESS_THAN", chance, n.math("MULTIPLY", spots, 0.75)))
        colour = n.mix(n.math("MULTIPLY", dot, 0.60), colour, toned(base, 0.62, 0.40, 0.28))
    if feature == "mole":
        colour = n.mix(n.step(near_mole, 0.70, 0.80), colour, toned(base, 0.16, 0.09, 0.07))
    colour = n.mix(n.math("MULTIPLY", scar, 0.95), colour, toned(lifted(base, 0.14), 1.05, 0.64, 0.60))
    colour = n.mix(n.math("MULTIPLY", lip, 0.85), colour, toned(base, 0.84, 0.36, 0.36))
    colour = n.mix(inside, colour, (0.16, 0.025, 0.022))
    n.set(base_color=colour, subsurface_weight=0.18, subsurface_radius=(1.0, 0.35, 0.18), subsurface_scale=0.014)
    n.set(roughness=n.math("SUBTRACT", 0.48, n.math("MULTIPLY", lip, 0.14)), specular_ior_level=0.4)
    grain = n.math("ADD", n.noise(place, 900.0, 1.0), n.math("MULTIPLY", scar, -3.0))
    n.bump(grain, 0.10, 0.0006)
    return n.material


def eye(colours: Mapping[str, Colour]) -> bpy.types.Material:
    """Eyeball: sclera, limbal ring, iris with fibres, pupil; a glossy coat as cornea."""
    n = Nodes("eye")
    iris = colours["eyes"]
    place = n.attribute("coords")
    across, up, _ = n.split(place)
    polar = n.node("VectorMath", operation="LENGTH")
    n.link(place, polar.inputs[0])
    around = n.node("VectorMath", operation="NORMALIZE")
    n.link(place, around.inputs[0])
    streak = n.noise(around.outputs["Vector"], 9.0, 3.0)
    low = n.math("MULTIPLY", n.split(around.outputs["Vector"])[1], -1.0)
    polar = polar.outputs["Value"]
    colour = n.mix(n.step(streak, 0.35, 0.7), scaled(iris, 0.8), scaled(iris, 1.6))
    colour = n.mix(n.step(low, -0.5, 0.9), scaled(iris, 0.38), colour)
    colour = n.mix(
        n.math("MULTIPLY", n.step(low, 0.1, 1.0), n.step(polar, 0.5 * IRIS, 0.8 * IRIS)), colour, scaled(iris, 2.3)
    )
    colour = n.mix(n.step(polar, 0.68 * IRIS, 0.50 * IRIS), colour, toned(iris, 1.9, 1.6, 1.0))
    colour = n.mix(n.step(polar, 0.80 * IRIS, 0.98 * IRIS), colour, scaled(iris, 0.14))
    colour = n.mix(n.step(polar, 0.53 * IRIS, 0.48 * IRIS), colour, (0.003, 0.003, 0.004))
    white = n.mix(n.step(polar, 0.7, 1.3), (0.84, 0.83, 0.82), (0.68, 0.52, 0.48))
    colour = n.mix(n.step(polar, 0.97 * IRIS, 1.04 * IRIS), colour, white)
    spark = n.math("MAXIMUM", *(catchlight(n, across, up, *spot) for spot in CATCHLIGHTS))
    colour = n.mix(spark, colour, (0.95, 0.95, 0.95))
    n.set(base_color=colour, roughness=0.25, coat_weight=1.0, coat_roughness=0.02, specular_ior_level=0.5)
    n.set(emission_color=(1.0, 1.0, 1.0), emission_strength=n.math("MULTIPLY", spark, 0.35))
    return n.material


def catchlight(n: Nodes, across: Any, up: Any, x: float, z: float, radius: float) -> Any:
    """A soft-edged painted highlight at (x, z) radians from the gaze: an eye looks alive in any light."""
    across, up = n.math("SUBTRACT", across, x), n.math("SUBTRACT", up, z)
    away = n.math("SQRT", n.math("ADD", n.math("MULTIPLY", across, across), n.math("MULTIPLY", up, up)))
    return n.step(away, radius * 1.15, radius * 0.85)


def hair_like(name: str, base: Colour, skin_tone: Colour) -> bpy.types.Material:
    """Hair: strands by noise stretched along the locks, a tone for each lock, thinning to skin at the hairline."""
    n = Nodes(name)
    u, v, _ = n.split(n.attribute("coords"))
    tone, _, thin = n.split(n.attribute("tint"))
    vector = n.node("CombineXYZ")
    n.link(n.math("MULTIPLY", u, 900.0), vector.inputs[0])
    n.link(n.math("MULTIPLY", v, 9.0), vector.inputs[1])
    strand = n.noise(vector.outputs[0], 1.0, 2.0)
    colour = n.mix(n.step(strand, 0.3, 0.7), scaled(base, 0.55), scaled(base, 1.35))
    colour = n.mix(n.math("MULTIPLY", tone, 0.45), colour, scaled(base, 0.45))
    bare = n.step(n.math("ADD", thin, n.math("MULTIPLY", strand, 0.5)), 0.55, 1.25)
    colour = n.mix(bare, colour, scaled(skin_tone, 0.75))
    n.set(base_color=colour, roughness=0.50, specular_ior_level=0.38)
    n.bump(strand, 0.35, 0.0015)
    return n.material


def cloth(name: str, colour: Colour, knit: float) -> bpy.types.Material:
    """Cloth with a soft sheen; `knit` > 0 gives ribs."""
    n = Nodes(name)
    place = n.node("TexCoord").outputs["Object"]
    across, ribbed, _ = n.split(n.attribute("coords"))
    rib = n.math("SINE", n.math("MULTIPLY", across, 2.0 * math.pi / 0.0065))
    grain = n.noise(place, 420.0, 2.0)
    shade = n.mix(n.step(grain, 0.3, 0.75), scaled(colour, 0.85), scaled(colour, 1.1))
    shade = n.mix(n.math("MULTIPLY", ribbed, n.step(rib, 0.4, -1.0)), shade, scaled(colour, 0.55))
    n.set(base_color=shade, roughness=0.85, sheen_weight=0.25, sheen_roughness=0.5, specular_ior_level=0.25)
    folds = n.math("MULTIPLY", n.noise(place, 7.0, 1.0), FOLDS)
    relief = n.math("ADD", grain, n.math("MULTIPLY", n.math("MULTIPLY", rib, ribbed), knit))
    n.bump(n.math("ADD", relief, folds), 0.45, 0.002)
    return n.material


def plain(name: str, colour: Colour, roughness: float, **more: Any) -> bpy.types.Material:
    """One colour, one roughness."""
    n = Nodes(name)
    n.set(base_color=colour, roughness=roughness, **more)
    return n.material


def shoe() -> bpy.types.Material:
    """Brown leather on a light sole."""
    n = Nodes("shoe")
    height = n.split(n.attribute("coords"))[2]
    upper = n.step(height, 0.0195, 0.0205)
    n.set(base_color=n.mix(upper, (0.62, 0.57, 0.48), (0.16, 0.075, 0.035)), roughness=0.5)
    return n.material


def all_materials(colours: Mapping[str, Colour], feature: str) -> dict[str, bpy.types.Material]:
    """Material name, as parts give it -> material."""
    dark = scaled(colours["hair"], 0.6)
    makers: dict[str, Callable[[], bpy.types.Material]] = {
        "skin": lambda: skin(colours, feature),
        "eye": lambda: eye(colours),
        "hair": lambda: hair_like("hair", colours["hair"], colours["skin"]),
        "brow": lambda: hair_like("brow", dark, colours["skin"]),
        "lash": lambda: plain("lash", (0.012, 0.009, 0.008), 0.5),
        "teeth": lambda: plain("teeth", (0.80, 0.76, 0.69), 0.2, coat_weight=0.5),
        "tongue": lambda: plain("tongue", (0.45, 0.11, 0.10), 0.35),
        "cloth_top": lambda: cloth("cloth_top", colours["top"], 1.0),
        "cloth_bottom": lambda: cloth("cloth_bottom", colours["trousers"], 0.0),
        "shoe": shoe,
    }
    return {name: make() for name, make in makers.items()}
