# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user decides about captions."""

from __future__ import annotations

import bpy

from ..captioners.table import TRUTH, captioners
from ..commands.words import AUTO
from ..plan.caption_styles import STYLES

#: What people call the styles, and when to take which.
ABOUT_STYLES = {
    AUTO: ("Fits the base model", "What the base model under Package wants, else what the preset says: usually tags"),
    "tags": ("Tags", "Words between commas, in order of weight: what most trainers of SD 1.5 and SDXL want"),
    "natural": ("Sentence", "One plain sentence: for FLUX, Qwen-Image, Z-Image and other models that read language"),
    "danbooru": ("Danbooru tags", "The words of that site: for Illustrious, NoobAI and other anime models"),
    "e621": ("e621 tags", "The words of that site: for models trained on it, such as Pony"),
    "hybrid": ("Tags and a sentence", "Danbooru's tags, then a sentence: for models that read both"),
    "trigger": ("Trigger only", "Nothing but the trigger word: strong likeness, little control"),
}
#: What a caption ends with where nobody says otherwise.
USUAL_NOTES = "3d render"


def style_items() -> tuple[tuple[str, str, str], ...]:
    """All styles, in the table's order."""
    return tuple((name, *ABOUT_STYLES.get(name, (name.capitalize(), "A form of captions"))) for name in (AUTO, *STYLES))


def captioner_items() -> tuple[tuple[str, str, str], ...]:
    """What the program knows, then the models."""
    truth = (TRUTH, "The truth", "What Modelsheet knows because it made the picture. Needs nothing, and is never wrong")
    return (truth, *((row.name, row.name, row.about) for row in captioners()))


class MODELSHEET_PG_captions(bpy.types.PropertyGroup):
    """The picks; `words` turns them into the command line's."""

    style: bpy.props.EnumProperty(
        name="Style", description="The form of the captions", items=style_items(), default=AUTO
    )
    captioner: bpy.props.EnumProperty(
        name="Captioner",
        description="Who adds to the truth what it sees: models run on this computer, in an environment of their own",
        items=captioner_items(),
        default=TRUTH,
    )
    fetch: bpy.props.BoolProperty(
        name="Download the model",
        description="Yes to downloading the model's weights, once, if they are not on this computer yet",
    )
    class_word: bpy.props.StringProperty(
        name="Class",
        description="What the character is: woman, man, robot, cat. Empty: as found in the character, else person",
    )
    age: bpy.props.StringProperty(
        name="Age", description="Said in every caption, such as young woman. Empty: nothing is said"
    )
    ethnicity: bpy.props.StringProperty(name="Ethnicity", description="Said in every caption. Empty: nothing is said")
    style_notes: bpy.props.StringProperty(
        name="Last words",
        description="End of every caption. It keeps the LoRA from making everything look rendered; empty: nothing",
        default=USUAL_NOTES,
    )
    template: bpy.props.StringProperty(
        name="Own form",
        description='A form of your own in place of the style\'s: "{trigger}, {age}, {expression}". '
        "What is empty leaves no comma behind; empty: as the style has it",
    )
    identity: bpy.props.BoolProperty(
        name="Describe what stays",
        description="Also say what never changes about the character (hair, eyes, clothes). "
        "Off, the trigger word learns it, which is what a character LoRA wants",
    )

    def words(self) -> list[str]:
        """What is picked, as `make` and `caption` take it; the trigger stands elsewhere."""
        said = {"class": self.class_word, "age": self.age, "ethnicity": self.ethnicity}
        return [
            *("--style", self.style),
            *([] if self.captioner == TRUTH else ["--captioner", self.captioner, *self._fetch()]),
            *(f"--{name}={text.strip()}" for name, text in said.items() if text.strip()),
            *([] if self.style_notes == USUAL_NOTES else [f"--style-notes={self.style_notes.strip()}"]),
            *([f"--template={self.template.strip()}"] if self.template.strip() else []),
            *(["--identity"] if self.identity else []),
        ]

    def _fetch(self) -> list[str]:
        """The yes to a download, where Blender may go online at all."""
        return ["--yes"] if self.fetch and bpy.app.online_access else []


CLASSES = (MODELSHEET_PG_captions,)
