# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways in which a command can fail, as the command line reports them.

A message is one line that a non-programmer understands: it names the thing, the reason and the mend.
"""


class ModelsheetError(Exception):
    """Base of both; `exit_status` is what the command line returns."""

    exit_status = 1

    def __init__(self, message: str, *, fatal: bool = False) -> None:
        """`fatal`: nothing that follows could succeed either (a full disk), so the whole job stops."""
        super().__init__(" ".join(str(message).split()))
        self.fatal = fatal


class InputError(ModelsheetError):
    """Asked wrongly, or the input is not usable: nothing was begun. Exit status 2."""

    exit_status = 2


class WorkError(ModelsheetError):
    """Something failed while work was under way: what is done stays whole. Exit status 1."""

    exit_status = 1
