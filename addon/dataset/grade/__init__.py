# SPDX-License-Identifier: GPL-3.0-or-later
"""An evaluation sheet: pictures that a LoRA made, beside the pictures it was trained on, by prompt.

    read.py     which picture was made with which prompt: from its metadata, its name, or a text beside it
    against.py  the training pictures and the test prompts, from a dataset of ours or any folder
    measure.py  what can be measured without a model
    asked.py    which prompt a sample answers, which training pictures belong beside it
    marks.py    what the figures of a sample say
    judge.py    samples, prompts and figures put together: a result.Grade
    page.py     the page
No model is loaded and nothing is fetched: what needs eyes is laid out for eyes.
"""

from .judge import grade
from .write import write_sheet

__all__ = ["grade", "write_sheet"]
