# SPDX-License-Identifier: GPL-3.0-or-later
"""The child process that holds a captioning model. JSON lines on standard input and output.

One request, each with "do":
    caption {family, folder, settings, device, dtype, batch, numbers, memory, size, under, pictures: [{id, path, crop,
            of}]} -> "loaded" {device, dtype, batch, seconds}; for each batch "working" {ids}, then for each picture
            "said" {id, text, scores?} or "unread" {id, message}; "halved" {batch} where memory did not hold a batch
    fetch   {repo, revision, files: [names]} -> "fetched" {done, total} in bytes as they come
    list    {repo, revision} -> "files" {files: [{name, size}], revision}
and "end" when all is done, or "error" {status, message}. "alive" comes every few seconds, whatever else happens.
The process leaves at once when its input closes: that is how it never outlives its parent.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from ...common.errors import ModelsheetError

Event = dict[str, Any]

#: Seconds between two signs of life.
PULSE = 5.0


def main() -> None:
    """Answer the one request; never returns."""
    out = _claim_stdout()
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    tell = _teller(out)
    request = json.loads(sys.stdin.readline() or "{}")
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    threading.Thread(target=_pulse, args=(tell,), daemon=True).start()
    try:
        for event in _answer(request):
            tell(event)
        tell({"event": "end"})
    except ModelsheetError as error:
        tell({"event": "error", "status": error.exit_status, "message": str(error)})
    except Exception as error:  # a bug, or a library's own complaint
        traceback.print_exc()
        words = " ".join(str(error).split())[:300]
        tell(
            {"event": "error", "status": 1, "message": f"the model library stopped ({type(error).__name__}: {words})."}
        )
    os._exit(0)  # an ordinary exit waits for threads of the libraries


def _answer(request: dict[str, Any]) -> Iterator[Event]:
    """Libraries are imported where they are needed: a list of files needs no torch."""
    given = {key: value for key, value in request.items() if key != "do"}
    do = request.get("do")
    if do == "caption":
        from .caption import caption

        return caption(**given)
    from .hub import fetch, files

    return fetch(**given) if do == "fetch" else files(**given)


def _claim_stdout() -> TextIO:
    """Keep the real standard output for events; all that the libraries print goes to standard error, the log."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return out


def _teller(out: TextIO) -> Callable[[Event], None]:
    lock = threading.Lock()

    def tell(event: Event) -> None:
        with lock:
            try:
                out.write(json.dumps(event) + "\n")
                out.flush()
            except OSError:  # the parent is gone
                os._exit(0)

    return tell


def _pulse(tell: Callable[[Event], None]) -> None:
    while True:
        time.sleep(PULSE)
        tell({"event": "alive"})


def _leave_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)
