# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenImageDenoise as it comes with Blender, asked directly, because Blender itself denoises only whole renders.

The library lies in Blender's own folder and is loaded already when Cycles has its denoiser. Its C interface (version
2: https://www.openimagedenoise.org/documentation.html) has been stable since 2023. Builds without it (some
distributions') have no Denoiser: prints then stay as sampled.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..common.errors import WorkError

NAMES = {
    "win32": ("OpenImageDenoise.dll",),
    "darwin": ("libOpenImageDenoise.dylib", "libOpenImageDenoise.2.dylib", "libOpenImageDenoise.2.*.dylib"),
}
OTHER_NAMES = ("libOpenImageDenoise.so.2", "libOpenImageDenoise.so")
#: Where Blender's builds keep their libraries, seen from the folder that its scripts lie in.
FOLDERS = ("lib", "blender.shared", "../lib", "../Frameworks", "../Resources/lib", "")
#: OIDNQuality, OIDNFormat and OIDNDeviceType of the C interface.
QUALITIES = {"fast": 4, "balanced": 5, "high": 6}
#: A megapixel costs 5 CPU-seconds with "high", 2.5 with "balanced", 1.3 with "fast". "high" is half a decibel to one
#: better than "balanced", for which Cycles would need half as many samples more: cheaper where a picture is rendered
#: anyway. Who relights waits for nothing but the denoiser.
PLANNED, RELIT = "high", "balanced"
FLOAT3 = 3
BUFFERS = ("color", "albedo", "normal", "output")
DEVICE_CPU, DEVICE_ANY = 1, 0


def available() -> bool:
    """Whether this Blender has the denoiser."""
    return _library() is not None


@contextmanager
def denoiser_on(device: str, denoiser: str) -> Iterator[Denoiser | None]:
    """A denoiser for as long as it is needed; None where the truth's `software` says that there is none.

    device: "cpu", or the graphics cards that Cycles renders on.
    """
    if denoiser == "none":
        yield None
        return
    made = Denoiser(gpu=device != "cpu")
    try:
        yield made
    finally:
        made.close()


class Denoiser:
    """Denoises pictures that share albedo and normal. Give it back with close().

    gpu: take a graphics card that the library can use, the processor otherwise.
    Raises WorkError where this Blender has no denoiser, and when the library complains (no memory).
    """

    def __init__(self, gpu: bool = False) -> None:
        library = _library()
        if library is None:
            raise WorkError("The denoiser is not part of this Blender. Take one from blender.org.")
        self._call = library
        self._size = (0, 0)
        self._owned: list[tuple[Any, int]] = []
        self._buffers: dict[str, int] = {}
        self._filters: dict[str, int] = {}
        self._device = library.oidnNewDevice(DEVICE_ANY if gpu else DEVICE_CPU)
        library.oidnCommitDevice(self._device)
        self._check()

    def close(self) -> None:
        """Give all memory back; the denoiser can't be used any more."""
        self._empty()
        if self._device:
            self._call.oidnReleaseDevice(self._device)
            self._device = 0

    def clean(self, name: str, pixels: np.ndarray) -> np.ndarray:
        """Denoise "albedo" or "normal", (H, W, 3) float32, by itself, as a guide for the pictures to come."""
        self._resize(pixels)
        self._write(name, pixels)
        self._run(self._filter({name: name, "output": "output"}, PLANNED))  # there is but one network for guides
        return self._read("output")

    def guide(self, albedo: np.ndarray, normal: np.ndarray) -> None:
        """Set the guides of the pictures to come: free of noise, or nearly."""
        self._resize(albedo)
        self._write("albedo", albedo)
        self._write("normal", normal)

    def denoise(self, color: np.ndarray, quality: str) -> np.ndarray:
        """(H, W, 3) linear float32, premultiplied; returns the same, denoised. Set the guides first.

        quality: one of QUALITIES.
        """
        if quality not in self._filters:
            self._filters[quality] = self._filter({name: name for name in BUFFERS}, quality, hdr=True, cleanAux=True)
        self._write("color", color)
        self._run(self._filters[quality])
        return self._read("output")

    def _resize(self, pixels: np.ndarray) -> None:
        if pixels.shape[:2] == self._size:
            return
        self._empty()
        self._size = pixels.shape[:2]
        self._buffers = {name: self._buffer() for name in BUFFERS}

    def _empty(self) -> None:
        self._filters.clear()
        while self._owned:
            release, handle = self._owned.pop()
            release(handle)

    def _filter(self, images: dict[str, str], quality: str, **options: bool) -> int:
        call = self._call
        made = self._keep(call.oidnReleaseFilter, call.oidnNewFilter(self._device, b"RT"))
        for name, buffer in images.items():
            call.oidnSetFilterImage(
                made, name.encode(), self._buffers[buffer], FLOAT3, self._size[1], self._size[0], 0, 0, 0
            )
        for name, value in options.items():
            call.oidnSetFilterBool(made, name.encode(), value)
        call.oidnSetFilterInt(made, b"quality", QUALITIES[quality])
        call.oidnCommitFilter(made)
        self._check()
        return made

    def _run(self, made: int) -> None:
        self._call.oidnExecuteFilter(made)
        self._check()

    def _buffer(self) -> int:
        made = self._keep(self._call.oidnReleaseBuffer, self._call.oidnNewBuffer(self._device, self._bytes))
        self._check()
        return made

    @property
    def _bytes(self) -> int:
        return self._size[0] * self._size[1] * 12

    def _write(self, name: str, pixels: np.ndarray) -> None:
        data = np.ascontiguousarray(pixels, dtype=np.float32)
        self._call.oidnWriteBuffer(self._buffers[name], 0, self._bytes, data.ctypes.data)

    def _read(self, name: str) -> np.ndarray:
        data = np.empty((*self._size, 3), dtype=np.float32)
        self._call.oidnReadBuffer(self._buffers[name], 0, self._bytes, data.ctypes.data)
        return data

    def _keep(self, release: Any, handle: int) -> int:
        self._owned.append((release, handle))
        return handle

    def _check(self) -> None:
        message = ctypes.c_char_p()
        if self._call.oidnGetDeviceError(self._device, ctypes.byref(message)):
            words = (message.value or b"no reason given").decode(errors="replace")
            raise WorkError(f"The denoiser stopped ({words}). Close other programs, or choose a smaller --resolution.")


@cache
def _library() -> ctypes.CDLL | None:
    for place in _places():
        try:
            library = ctypes.CDLL(place)
        except OSError:
            continue
        return _declared(library)
    return None


def _places() -> Iterator[str]:
    names = NAMES.get(sys.platform, OTHER_NAMES)
    scripts = Path(bpy.utils.resource_path("LOCAL")).parent
    for folder in FOLDERS:
        for name in names:
            yield from map(str, sorted((scripts / folder).glob(name)))
    yield from (name for name in names if "*" not in name)  # loaded already, or the system's own
    found = ctypes.util.find_library("OpenImageDenoise")
    if found:
        yield found


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """Tell ctypes what goes in and out: handles and sizes have 64 bits."""
    handle, text, size, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "oidnNewDevice": (handle, [number]),
        "oidnCommitDevice": (None, [handle]),
        "oidnReleaseDevice": (None, [handle]),
        "oidnGetDeviceError": (number, [handle, ctypes.POINTER(text)]),
        "oidnNewBuffer": (handle, [handle, size]),
        "oidnReleaseBuffer": (None, [handle]),
        "oidnWriteBuffer": (None, [handle, size, size, handle]),
        "oidnReadBuffer": (None, [handle, size, size, handle]),
        "oidnNewFilter": (handle, [handle, text]),
        "oidnReleaseFilter": (None, [handle]),
        "oidnSetFilterImage": (None, [handle, text, handle, number, size, size, size, size, size]),
        "oidnSetFilterBool": (None, [handle, text, ctypes.c_bool]),
        "oidnSetFilterInt": (None, [handle, text, number]),
        "oidnCommitFilter": (None, [handle]),
        "oidnExecuteFilter": (None, [handle]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
