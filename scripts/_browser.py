# SPDX-License-Identifier: GPL-3.0-or-later
"""The browser in which pages are tested: the Chromium of this machine, or how it gets here."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

#: Chromium by the names that systems give it.
NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"),
)
PLACES = {
    "darwin": (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "win32": (
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    ),
}
#: A browser for tests: no sandbox (tests run as root in containers), nothing of its own over the network.
OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
MISSING = "no Chromium, Chrome or Edge found on this machine: install one to test our pages in it"


def find() -> str | None:
    """The path of a browser; None without one."""
    named = next((found for name in NAMES if (found := shutil.which(name))), None)
    return named or next((place for place in PLACES.get(sys.platform, ()) if Path(place).is_file()), None)


def installer() -> tuple[str, ...] | None:
    """The command that installs one, where that is ours to do: on Debian and its kin, as root. None elsewhere.

    It never fails: without a network there is no browser, and the tests skip and say so.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not root or not shutil.which("apt-get"):
        return None
    words = (
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium"
    )
    return ("sh", "-c", words)
