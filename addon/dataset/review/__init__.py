# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person says of the pictures of a set: captions in their own words, and which pictures are good or are not.

`store.py` keeps it, `form.py` says what it is, `journal.py` makes it safe and takes it back; no stage needs a page.
"""
