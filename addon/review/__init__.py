# SPDX-License-Identifier: GPL-3.0-or-later
"""A page on this computer to look at the pictures of a set, edit their captions and reject what is not good.

The way through: album (what there is) -> api (what the page may ask) -> server (who may ask it) -> session (from the
first look to the last). The person's word is kept by dataset/review; the page only shows it.
"""
