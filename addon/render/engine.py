# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's engines, set up for prints: transparent film, fixed seed, the same pixels every time."""

from __future__ import annotations

from typing import Any

import bpy

from ..common.blender import eevee_id, set_format
from ..common.errors import InputError
from .options import RenderOptions

#: Standard keeps the colours that the character's author painted; AgX and Filmic grey them (looked at side by side).
VIEW_TRANSFORM, LOOK = "Standard", "None"
SEED = 0
#: In the order of speed where a card offers several.
GPU_KINDS = ("OPTIX", "CUDA", "HIP", "METAL", "ONEAPI")
WORKBENCH_SAMPLES = "16"
#: A lamp that is asked for rarely, because many burn, comes in few and bright samples: Blender's 10 darkens it by 1 to
#: 3 % against a render of its own, 30 by less than 0.5 % (two characters, 48 and 128 px).
CLAMP = 30.0


def prepare(options: RenderOptions, finished: bool = True) -> dict[str, Any]:
    """Set the scene up for `options`; asked twice, it changes nothing.

    finished: Blender itself denoises and writes the picture; False where passes are wanted, denoised after mixing.

    Returns {"blender", "engine", "samples", "denoiser", "device"} as the truth states them. Raises InputError where
    a graphics card is insisted on and there is none.
    """
    scene = bpy.context.scene
    _picture(scene, options)
    _colour(scene)
    made = {"cycles": _cycles, "eevee": _eevee, "workbench": _workbench}[options.engine](scene, options)
    if options.engine == "cycles":
        _set(scene.cycles, {
            "use_denoising": finished and made["denoiser"] != "none",
            # Both judge by the sum of all lights, which is no picture that anybody will see (and see plan/strips.py).
            "use_adaptive_sampling": finished, "use_light_tree": finished,
        })  # fmt: skip
    return {"blender": bpy.app.version_string.split()[0], "engine": options.engine, **made}


def prepare_print() -> None:
    """Set up what decides how a print is written, and nothing else: for prints from negatives alone."""
    scene = bpy.context.scene
    _as_png(scene)
    _colour(scene)


def _picture(scene: bpy.types.Scene, options: RenderOptions) -> None:
    render = scene.render
    width, height = options.size
    wanted = {
        "resolution_x": width, "resolution_y": height, "resolution_percentage": 100,
        "pixel_aspect_x": 1.0, "pixel_aspect_y": 1.0,
        "film_transparent": True, "dither_intensity": 0.0, "filter_size": 1.5,
        "use_compositing": False, "use_sequencer": False, "use_stamp": False, "use_file_extension": False,
        "use_overwrite": True, "use_placeholder": False, "use_multiview": False, "use_motion_blur": False,
        "use_freestyle": False, "use_simplify": False, "use_crop_to_border": False, "use_persistent_data": True,
    }  # fmt: skip
    _set(render, wanted)
    _as_png(scene)


def _as_png(scene: bpy.types.Scene) -> None:
    settings = scene.render.image_settings
    set_format(settings, "PNG")
    _set(settings, {"color_mode": "RGBA", "color_depth": "8", "compression": 15})
    scene.render.dither_intensity = 0.0


def _colour(scene: bpy.types.Scene) -> None:
    scene.display_settings.display_device = "sRGB"
    _set(
        scene.view_settings,
        {"view_transform": VIEW_TRANSFORM, "look": LOOK, "exposure": 0.0, "gamma": 1.0, "use_curve_mapping": False},
    )


def _cycles(scene: bpy.types.Scene, options: RenderOptions) -> dict[str, Any]:
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    device = _device(options.device)
    denoise = _has_denoiser(cycles)
    wanted = {
        "device": "CPU" if device == "cpu" else "GPU",
        "samples": options.samples, "adaptive_threshold": 0.02,
        "adaptive_min_samples": 0, "time_limit": 0.0, "seed": SEED, "use_animated_seed": False,
        "film_transparent_glass": False, "pixel_filter_type": "BLACKMAN_HARRIS",
        "filter_width": 1.5, "max_bounces": 8, "diffuse_bounces": 4, "glossy_bounces": 4, "transmission_bounces": 8,
        "transparent_max_bounces": 32, "sample_clamp_indirect": CLAMP,
    }  # fmt: skip
    _set(cycles, wanted)
    if denoise:
        # At 512 px and 32 samples a fifth cheaper per print than ACCURATE and HIGH, and alike to the eye.
        _set(cycles, {
            "denoising_input_passes": "RGB_ALBEDO_NORMAL",
            "denoising_prefilter": "FAST", "denoising_quality": "BALANCED", "denoising_use_gpu": device != "cpu",
        })  # fmt: skip
    return {"samples": options.samples, "denoiser": "openimagedenoise" if denoise else "none", "device": device}


def _has_denoiser(cycles: Any) -> bool:
    """Choose OpenImageDenoise; False in builds without it (some distributions'): then prints stay as sampled."""
    try:
        cycles.denoiser = "OPENIMAGEDENOISE"
    except TypeError:
        return False
    return True


def _eevee(scene: bpy.types.Scene, options: RenderOptions) -> dict[str, Any]:
    scene.render.engine = eevee_id()
    _set(scene.eevee, {"taa_render_samples": options.samples, "use_raytracing": False, "use_shadows": True})
    return {"samples": options.samples, "denoiser": "none", "device": "gpu"}


def _workbench(scene: bpy.types.Scene, _options: RenderOptions) -> dict[str, Any]:
    """Previews: the character's own colours under a studio light, no light rigs."""
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.render_aa = WORKBENCH_SAMPLES
    _set(scene.display.shading, {
        "light": "STUDIO", "color_type": "TEXTURE", "show_cavity": False, "show_shadows": False,
        "show_object_outline": False, "show_specular_highlight": True, "show_backface_culling": False,
    })  # fmt: skip
    return {"samples": int(WORKBENCH_SAMPLES), "denoiser": "none", "device": "gpu"}


def _device(asked: str) -> str:
    """Switch on the graphics cards that Cycles can use. Returns their kind in lower case, or "cpu"."""
    if asked == "cpu":
        return "cpu"
    preferences = bpy.context.preferences.addons["cycles"].preferences
    offered = {item[0] for item in preferences.get_device_types(bpy.context)}
    for kind in GPU_KINDS:
        if kind not in offered:
            continue
        preferences.compute_device_type = kind
        preferences.refresh_devices()
        if any(device.type == kind for device in preferences.devices):
            for device in preferences.devices:
                device.use = device.type == kind
            return kind.lower()
    preferences.compute_device_type = "NONE"
    if asked == "gpu":
        raise InputError("device gpu: Cycles finds no graphics card here. Leave --device out to use the processor.")
    return "cpu"


def _set(block: Any, wanted: dict[str, Any]) -> None:
    """Set what differs, and leave alone what a build has not: touching a setting makes Cycles begin anew."""
    for name, value in wanted.items():
        if hasattr(block, name) and getattr(block, name) != value:
            setattr(block, name, value)
