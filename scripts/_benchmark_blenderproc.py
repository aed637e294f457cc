# SPDX-License-Identifier: GPL-3.0-or-later
"""The same shots through BlenderProc: `_benchmark_blenderproc.py JOB.json`, in a Python with blenderproc and bpy.

Its own renderer, camera and denoiser as it has them by default; the same samples, bounces and view transform, which
decide what the converged picture looks like. JOB as for `_benchmark_plain.py`. With no JOB it only tries whether
BlenderProc starts. BlenderProc has no words for poses and expressions, so those are set with Blender's.
"""

import os

os.environ.setdefault("USE_EXTERNAL_BPY_MODULE", "1")

import shutil
from pathlib import Path
from typing import Any

import _benchmark_scene
import blenderproc as bproc  # type: ignore[import-not-found]
import bpy
import numpy as np


def main(job: dict[str, Any]) -> None:
    """Photograph all shots of a job."""
    folder = Path(job["stage"])
    stage = _benchmark_scene.open_stage(folder)
    scene: Any = bpy.context.scene
    wanted = _wanted(scene.cycles)
    scene.world = bpy.data.worlds.new("BlenderProc's own")  # it paints over the world that it finds
    bproc.init(clean_up_scene=False)
    bproc.renderer.set_render_devices(use_only_cpu=True)
    bproc.renderer.set_max_amount_of_samples(job["samples"])
    bproc.renderer.set_light_bounces(**wanted)
    bproc.renderer.set_output_format("PNG", 8, enable_transparency=True, view_transform="Standard")
    out = Path(job["shots"][0]["file"]).parent if job["shots"] else folder
    _benchmark_scene.set_picture(job["size"], job["samples"])
    scene.render.use_file_extension = True
    scene.render.use_compositing = True  # that is where BlenderProc denoises
    for shot in job["shots"]:
        _benchmark_scene.apply(stage, shot["combination"], shot["lighting"])
        bproc.utility.reset_keyframes()
        bproc.camera.add_camera_pose(np.array(scene.camera.matrix_world))
        bproc.renderer.render(output_dir=str(out), file_prefix="now_", output_key=None, return_data=False)
        shutil.move(out / "now_0000.png", shot["file"])
        print("picture", flush=True)


def _wanted(cycles: Any) -> dict[str, int]:
    names = ("diffuse_bounces", "glossy_bounces", "max_bounces", "transmission_bounces", "volume_bounces")
    return {**{name: getattr(cycles, name) for name in names},
            "transparent_max_bounces": cycles.transparent_max_bounces}  # fmt: skip


if __name__ == "__main__":
    _benchmark_scene.run(main)
