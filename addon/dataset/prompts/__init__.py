# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts that go with a dataset: to test a LoRA of it with, and to make regularisation pictures with."""

from .files import FOLDER, LIST, prompt_files
from .make import Prompt, groups, regularisation, trial_prompts

__all__ = ["FOLDER", "LIST", "Prompt", "groups", "prompt_files", "regularisation", "trial_prompts"]
