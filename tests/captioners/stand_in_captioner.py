# SPDX-License-Identifier: GPL-3.0-or-later
"""Speaks as the captioners' process does, without a model: `stand_in_captioner.py JSON` says how it misbehaves.

{"die": [ids], "hang": [ids], "unread": [ids], "status": of dying, "words": before it dies, "early": "die" | "hang" |
"error" before it has loaded, "once": a file that it leaves behind to be good the next time, "batch": how many}
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def tell(**event: Any) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def end(how: dict[str, Any]) -> None:
    sys.stderr.write(how.get("words", "") + "\n")
    sys.stderr.flush()
    os._exit(how.get("status", 3))


def main() -> None:
    how = json.loads(sys.argv[1])
    request = json.loads(sys.stdin.readline())
    once = how.get("once")
    if once and Path(once).exists():
        how = {}
    elif once:
        Path(once).touch()
    early = how.get("early")
    if early == "error":
        tell(event="error", status=2, message="a plain line of the child's.")
        os._exit(0)
    if early == "hang":
        time.sleep(60)
    if early == "die":
        end(how)
    sys.stdout.write("a library's own words, which are no event\n")
    size = request["batch"] or how.get("batch", 4)
    tell(event="loaded", device="cpu", dtype="float32", batch=size, seconds=0.1)
    pictures = request["pictures"]
    for start in range(0, len(pictures), size):
        ids = [picture["id"] for picture in pictures[start : start + size]]
        tell(event="working", ids=ids)
        if set(ids) & set(how.get("die", [])):
            end(how)
        if set(ids) & set(how.get("hang", [])):
            time.sleep(60)
        for name in ids:
            if name in how.get("unread", []):
                tell(event="unread", id=name, message=f"{name}.png: damaged. Save it again.")
            else:
                tell(**{"event": "said", "id": name, "text": f"says {name}"} | how.get("more", {}))
    tell(event="end")


if __name__ == "__main__":
    main()
