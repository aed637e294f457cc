# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours of light in linear Rec.709: from `#rrggbb` and from kelvin."""

from __future__ import annotations

Colour = tuple[float, float, float]

#: Rec.709: what red, green and blue add to the brightness.
LUMINANCE: Colour = (0.2126, 0.7152, 0.0722)
#: What rigs and people may ask for: the formula below holds from 1667 K, but has no blue left below 1910 K.
KELVINS = (2000.0, 25000.0)
NEUTRAL = 5600.0


def luminance(colour: Colour) -> float:
    """The brightness of a linear colour."""
    return sum(share * channel for share, channel in zip(LUMINANCE, colour, strict=True))


def linear(text: str) -> Colour:
    """`#rrggbb` (sRGB) as linear red, green, blue."""
    channels = [int(text[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return red, green, blue


def kelvin_color(kelvin: float) -> Colour:
    """Linear Rec.709 colour of a black body at brightness 1, as a camera balanced for 5600 K sees it.

    Chromaticities by Kim et al. (2002), 1667-25000 K.
    """
    red, green, blue = (a / b for a, b in zip(_black_body(kelvin), _black_body(NEUTRAL), strict=True))
    bright = luminance((red, green, blue))
    return red / bright, green / bright, blue / bright


def _black_body(kelvin: float) -> Colour:
    t = 1000.0 / kelvin
    if kelvin <= 4000:
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.87338670 * x**2 + 3.75112997 * x - 0.37001483
    large_x, large_z = x / y, (1 - x - y) / y
    return (
        3.2404542 * large_x - 1.5371385 - 0.4985314 * large_z,
        -0.9692660 * large_x + 1.8760108 + 0.0415560 * large_z,
        0.0556434 * large_x - 0.2040259 + 1.0572252 * large_z,
    )
