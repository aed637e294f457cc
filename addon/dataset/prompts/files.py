# SPDX-License-Identifier: GPL-3.0-or-later
"""The prompts as files: in the form of sd-scripts, A1111, ComfyUI, a plain list, and one that `grade` reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from ..described import Described
from .make import Prompt, groups, regularisation, trial_prompts

#: In final_dataset, beside `train` and never below it: what trainers walk through holds no prompts.
FOLDER = "prompts"
#: The list that `grade` reads: one JSON object a line.
LIST = "prompts.jsonl"

_README = """\
# Prompts for {trigger}

Nothing trains on these files.

| file | for |
|---|---|
| sample_prompts.txt | kohya's sd-scripts and what is built on it: `--sample_prompts prompts/sample_prompts.txt` |
| a1111.txt | AUTOMATIC1111 and Forge: the script *Prompts from file or textbox* |
| comfyui.txt | ComfyUI: nodes that load prompts from a file with `positive:`, `negative:` and `---` |
| prompt_library.json | SimpleTuner: `--user_prompt_library prompts/prompt_library.json` |
| prompts.txt | everything else: one prompt a line |
| regularisation.txt | prompts without the trigger, to make regularisation pictures with the base model |
| prompts.jsonl | `modelsheet grade FOLDER_OF_SAMPLES --against DATASET` |

In a1111.txt the LoRA is called by `<lora:{trigger}:1>`; change that where your file has another name.
Keep the seed, so that epochs can be compared. What to look at:

{look}
"""


def prompt_files(described: Described, captions: Sequence[str]) -> dict[str, str]:
    """Path in the dataset's folder (with /) -> text. captions: those that train, one a picture."""
    prompts = trial_prompts(described, captions)
    made = {
        "README.md": _README.format(trigger=described.trigger, look=_look(prompts)),
        "sample_prompts.txt": sd_scripts(prompts),
        "a1111.txt": _a1111(prompts, described.trigger),
        "comfyui.txt": "---\n".join(f"positive: {one.text}\nnegative: {one.negative}\n" for one in prompts),
        "prompt_library.json": json.dumps({one.id: one.text for one in prompts}, indent=1, ensure_ascii=False) + "\n",
        "prompts.txt": "".join(f"{one.text}\n" for one in prompts),
        "regularisation.txt": "".join(f"{text}\n" for text in regularisation(described, captions)),
        LIST: "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in prompts),
    }
    return {f"{FOLDER}/{name}": text for name, text in made.items()}


def sd_scripts(prompts: Sequence[Prompt]) -> str:
    """One prompt a line with its options; the groups' questions as comments."""
    lines, last = [], ""
    for one in prompts:
        if one.group != last:
            lines.append(f"# {groups()[one.group]}")
            last = one.group
        options = f"--n {one.negative} --w {one.width} --h {one.height} --d {one.seed} --l {one.scale} --s {one.steps}"
        lines.append(f"{one.text} {options}")
    return "\n".join(lines) + "\n"


def _a1111(prompts: Sequence[Prompt], trigger: str) -> str:
    """The options of the script *Prompts from file or textbox*. Prompts without the trigger keep the LoRA: that it does
    not speak up uncalled is what they test."""
    return "".join(
        f'--prompt "<lora:{trigger}:1> {one.text}" --negative_prompt "{one.negative}" --width {one.width} '
        f"--height {one.height} --seed {one.seed} --steps {one.steps} --cfg_scale {one.scale}\n"
        for one in prompts
    )


def _look(prompts: Sequence[Prompt]) -> str:
    parts = []
    for name, question in groups().items():
        rows = [f"- `{one.text}`: {one.look}" for one in prompts if one.group == name]
        if rows:
            parts.append("\n".join([f"**{question}**", "", *rows, ""]))
    return "\n".join(parts).rstrip()
