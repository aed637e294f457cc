# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Pythons fit, and where they are: written so that every Python can read it, even one that doesn't fit."""

from __future__ import print_function

import glob
import os
import subprocess
import sys

# Blender as a Python module exists for these; the first Blender of a row is the one for everyday use.
BLENDERS = {(3, 11): ("4.5", "5.0"), (3, 13): ("5.2",)}

# Asked of a candidate: version, 64 bit, able to make environments, real path.
QUESTION = (
    "import sys, struct, venv, ensurepip; "
    "print('%d.%d %d %s' % (sys.version_info[0], sys.version_info[1], struct.calcsize('P'), sys.executable))"
)


def require(script):
    """End with status 2 and what to do, unless this Python fits. `script` is named in the command to run."""
    if sys.version_info[:2] in BLENDERS and sys.maxsize > 2**32:
        return
    bits = "" if sys.maxsize > 2**32 else " (32 bit)"
    print(
        "This is Python %d.%d%s, but Blender comes as a module for Python 3.11 and 3.13 (64 bit) only."
        % (sys.version_info[0], sys.version_info[1], bits),
        file=sys.stderr,
    )
    print(advice(script), file=sys.stderr)
    sys.exit(2)


def advice(script):
    """One line: the command with a fitting Python of this machine, or where to get one."""
    for version in sorted(BLENDERS):
        path = find(version)
        if path:
            return "You have one that fits. Run: %s %s" % (quoted(path), script)
    run = "py -3.13 %s" % script if os.name == "nt" else "python3.13 %s" % script
    return "Install Python 3.13 from https://www.python.org/downloads/ and run: %s" % run


def quoted(path):
    """The path as a shell takes it."""
    if " " not in path:
        return path
    return '& "%s"' % path if os.name == "nt" else '"%s"' % path


def find(version):
    """Path of a working Python of this version, (3, 11) or (3, 13): the running one first. None if there is none."""
    if sys.version_info[:2] == version and sys.maxsize > 2**32:
        return sys.executable
    for command in candidates(version):
        path = answer(command, version)
        if path:
            return path
    return None


def candidates(version):
    """Commands that may start this version: names on PATH, the Windows launcher, usual places, pyenv."""
    dotted = "%d.%d" % version
    places = []
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        places.append(os.path.join(folder, "python" + dotted + (".exe" if os.name == "nt" else "")))
    home = os.path.expanduser("~")
    roots = [os.environ.get("PYENV_ROOT", ""), os.path.join(home, ".pyenv")]
    if os.name == "nt":
        yield ["py", "-" + dotted]
        roots.append(os.path.join(home, ".pyenv", "pyenv-win"))
    else:
        places += ["/usr/local/bin/python" + dotted, "/opt/homebrew/bin/python" + dotted]
        places += ["/Library/Frameworks/Python.framework/Versions/%s/bin/python%s" % (dotted, dotted)]
    for root in filter(None, roots):
        for folder in sorted(glob.glob(os.path.join(root, "versions", dotted + ".*")), reverse=True):
            places.append(os.path.join(folder, "python.exe" if os.name == "nt" else "bin/python" + dotted))
    for place in places:
        if os.path.isfile(place):
            yield [place]


def answer(command, version):
    """The real path of the Python that `command` starts, if it is this version and can make environments."""
    try:
        # A shim of pyenv that has nothing to start complains and fails: then the next candidate is asked.
        with open(os.devnull, "w") as nowhere:
            text = subprocess.check_output(command + ["-c", QUESTION], stderr=nowhere)
    except (OSError, subprocess.CalledProcessError):
        return None
    found, size, path = text.decode(errors="replace").strip().split(" ", 2)
    return path if (found, size) == ("%d.%d" % version, "8") else None
