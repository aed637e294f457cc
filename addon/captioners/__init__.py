# SPDX-License-Identifier: GPL-3.0-or-later
"""Captioning models: which there are, the environment they run in, and how they are run. Never imports bpy or torch.

`table` is the list, `environment` says whether they can run here, `install` makes that so, `run` is the door for
captions. What lies in `child/` runs in another process, in that environment; nothing else here imports it.
"""
