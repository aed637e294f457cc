# SPDX-License-Identifier: GPL-3.0-or-later
"""What a competent script does: `_benchmark_plain.py JOB.json`, one Blender, one shot after another.

The file is opened once, data stays persistent between renders, the whole frame is rendered and denoised by Cycles as
Blender has it by default, and written as PNG. JOB: {"stage": folder, "size", "samples", "denoise": bool,
"shots": [{"combination", "lighting", "file"}]}. With "denoise": false it makes references: every sample is taken.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import _benchmark_scene
import bpy


def main(job: dict[str, Any]) -> None:
    """Photograph all shots of a job."""
    stage = _benchmark_scene.open_stage(Path(job["stage"]))
    _benchmark_scene.set_picture(job["size"], job["samples"])
    scene: Any = bpy.context.scene
    scene.render.use_persistent_data = True
    scene.cycles.use_denoising = job["denoise"]
    if not job["denoise"]:
        scene.cycles.use_adaptive_sampling = False
    for shot in job["shots"]:
        _benchmark_scene.apply(stage, shot["combination"], shot["lighting"])
        scene.render.filepath = shot["file"]
        bpy.ops.render.render(write_still=True)
        print("picture", flush=True)


if __name__ == "__main__":
    _benchmark_scene.run(main)
