# SPDX-License-Identifier: GPL-3.0-or-later
"""What a competent script does: `_benchmark_plain.py JOB.json`, one Blender, one shot after another.

The file is opened once, data stays persistent between renders, the whole frame is rendered and denoised by Cycles as
Blender has it by default, and written as PNG. JOB: {"stage": folder, "size", "samples", "denoise": bool,
"shots": [{"combination", "lighting", "file"}], "fresh": bool}. With "denoise": false it makes references: every sample
is taken. With "fresh": true it is one of many processes, each of which imports the model for one picture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import _benchmark_scene
import bpy


def main(job: dict[str, Any]) -> None:
    """Photograph all shots of a job."""
    open_it = _benchmark_scene.import_into_set if job["fresh"] else _benchmark_scene.open_stage
    stage = open_it(Path(job["stage"]))
    _benchmark_scene.set_picture(job["size"], job["samples"])
    scene: Any = bpy.context.scene
    scene.render.use_persistent_data = not job["fresh"]
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
