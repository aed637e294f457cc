# SPDX-License-Identifier: GPL-3.0-or-later
"""meshopt streams written by the reference encoder (meshoptimizer 1.3) are decoded to what went in. No bpy."""

from __future__ import annotations

import base64
import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from modelsheet.character.files.meshopt import Damaged, decode


def wave(count: int, stride: int, bits: int) -> np.ndarray:
    """Whole numbers that go up and down, a little faster in each column."""
    row, column = np.arange(count)[:, None], np.arange(stride * 8 // bits)[None]
    values = np.round(np.sin(row * 0.07 * (column + 1) + column) * 2 ** (bits - 2))
    return values.astype({8: np.int8, 16: np.int16}[bits])


def floats(count: int, columns: int) -> np.ndarray:
    row, column = np.arange(count)[:, None], np.arange(columns)[None]
    return (np.sin(row * 0.05 * (column + 1) + column) * 4).astype(np.float32).round(2)


def sparse() -> np.ndarray:
    rows = np.zeros((200, 4), np.uint8)
    rows[::37] = np.arange(6)[:, None] * 40 + np.arange(4)
    return rows


def grid(side: int) -> np.ndarray:
    """The triangles of a square grid of points."""
    points = np.arange(side * side, dtype=np.uint32).reshape(side, side)
    corners = [points[:-1, :-1], points[1:, :-1], points[:-1, 1:], points[:-1, 1:], points[1:, :-1], points[1:, 1:]]
    return np.stack(corners, axis=-1).reshape(-1)


ODD = (np.arange(60) * 37 % 23).astype(np.uint32)

#: name -> (what went in, elements, bytes of each, mode, the stream in base 85).
STREAMS = {
    "shorts, version 0": (
        wave(40, 8, 16),
        40,
        8,
        "ATTRIBUTES",
        (
            "pdSGA=+d%;P7FVj^Q1OGzq&4A^>8W4mI<l27=z|eKgs|9006KwL$T<JHWMlciioIahGt|$Bp?6*0~0khS66oc0000V0GLt}jqr8~"
            "KV?w^kc+4^8d~rn<)m(Os{M%zcIdr@|Nj60eX-aW^<5b;8VY0pHF>@N{|^rl5&!@DxpNRCiV+bH4-fzU000UO5D*X&5)vN(Rx2E%"
            "Ptz$`h+Oz0Rky+=SOmOW(jGvohuB*lfcXpm{{R4gCDCQk4Jptc01Xip7aJKF7Zni;2LS>K3=|d^8XOuJ6cP>w0s#pP|Nj605fvF3"
            "85tK99{@;MOCDk$DSsaQTUq3nhiyn&kXcsMj<jR<j%SUjfdBsh06G`rZ@pZ-d>;TKBOMnF1p*Eh9wH(nAQ%z|0SOZuAt56l8xsit"
            "3KIYS000^wBqAal77PFY000000000000000000000000000000+ch#e2nh"
        ),
    ),
    "bytes, version 1": (
        wave(40, 4, 8),
        40,
        4,
        "ATTRIBUTES",
        (
            "q4g>VsHljDXl6!2LLvYG5i>JYRdsg&0000A2xK7@d%fTP5f2gn|J}EB5GHC75fKmn01OTe5E2j)5&#Vm6&D#B85b1~4F>@P2o4e!"
            "8X6iJ7#0!?2m%8K4HFd?85<cF696M29TyJ;1P&G)A|xUp8WIQr3lke3BO@Of6A1wd5*!{RBp@CX3;+NC00000000000000000000"
            "05&=a00"
        ),
    ),
    "shorts, version 1": (
        wave(70, 4, 16),
        70,
        4,
        "ATTRIBUTES",
        (
            "p?3iE=+d%;P7FVj^Q1OGzq&4A^>8W4mI<l27=z|eKgqB(L$T<JHWO8ev(@YK@#oE}eMJLGp8uC8QqZX#boX6A+=CvxssIRzh^T0W"
            "W@JPpAOHaa6E!tgS9f=pmzQ~WcXd}aGcyAK0RaG*QWK5vb_zdbQ3H^Rs5BZ{@FC@-Zgi^si3@h<y@h?T*ckO)88M@lg%V<TR0?0&"
            "q$oRuqlq(Wr<N=nX!iiQ)~dGfx&R7f05y5N|NjpU5fT6Y`?+%vB#IFc4-XFt4iFF!5)u*+5)Kdy3J3;56IZ+6|Ns9F4-pX&5f48A"
            "4-X3q2L}KE000000000000000000000002nH2?"
        ),
    ),
    "floats, version 1": (
        floats(20, 2),
        20,
        8,
        "ATTRIBUTES",
        (
            "p+CO>WdLPSX3f~ve0l(H;^51BdDYhdW&mcmX3V3b6chkGdV0(h6r-a6m;jn$W;8G`E-oMz6c!Q^5)cpp1^|2k0PJtq-)2$v!F$f@"
            "^#JzlaePtW08u@odS<vN^%TreC;%u?JruZl02me!3<d%N2@Mk$8y_PlDN$W(00000000000000000000000!OS3m&)"
        ),
    ),
    "mostly zero, version 0": (
        sparse(),
        200,
        4,
        "ATTRIBUTES",
        (
            "pb$|+002Ay08mc=01p75p8x;=1Mt8A008d*@Bje6zyJU|0B>*+QA7X`00000JOBVvQ2+oB0HUD)000B>zyJUM@c{4u0KL8d06YL~"
            "ZV^#L05AXm00RI#002}|000jFq@w@;00Z>E0002<0Pp|+ySxAZJOFEK5m7_{FaQ7m1pqt%09I8101p7Br2qf`1NOiG008v>@Bje0"
            "x&Qz?0BLFf000000000000000000000000000000000000RjU"
        ),
    ),
    "mostly zero, version 1": (
        sparse(),
        200,
        4,
        "ATTRIBUTES",
        (
            "p#Tt3L;zp_P)`61pq~JM@BsktFaW>600wVx5m7_{0ssME08&u^45Fa`fbszV@h||rz5oVoZV^#L00IC5U;tE801Tv~0D$xX0P`>a"
            "ySxAfYitowL;wN+1z-SHRR9d8r2v5T0RZ(d0J*vV25D*l00000000000000000000000010s{a"
        ),
    ),
    "triangles of a grid": (
        grid(9),
        384,
        4,
        "TRIANGLES",
        (
            ";r<=~9snKy9snKy9snKy9{wHx9snKy9snKy9snKy9{wHx9snKy9snKy9snKy9{wHx9snKy9snKy9snKy9{wHx9snKy9snKy9snKy"
            "9{wHx9snKy9snKy9snKy9{wHx9snKy9snKy9snKy9{wHx9snKy9snKy9snKy9`F+I0`LOx0`LOx0`LOx0swZ0R%dvrhGmIpm;q@3"
            "00"
        ),
    ),
    "triangles in disorder": (
        ODD,
        60,
        4,
        "TRIANGLES",
        (
            ";r{;r{{Q~||Nj5}{{Q~}{{H{||Nk5j{~Qtj3K1Ot2MPZN91;Ht5&s+!{|XTi|0W6l2N4|q3K9Pi9RCUt5&tF${|6Bq|05j#5gh*`"
            "91;HqB>x8y8~}EQR%dvrhGmIpm;q@300"
        ),
    ),
    "indices": (
        ODD,
        60,
        4,
        "INDICES",
        ("(EvCiI3glAA~+%<I3hSAA~+&AA|f~<A~+&AA|f~<I3glAA~+%<I3hSAA~+%<I3hSAA~+&AA|f~<H~;_u00"),
    ),
}


def turned(triangles: np.ndarray) -> np.ndarray:
    """Each triangle from its smallest corner on: a stream may begin it at any."""
    rows = triangles.reshape(-1, 3)
    first = rows.argmin(axis=1)[:, None]
    return np.take_along_axis(rows, (first + np.arange(3)) % 3, axis=1)


@pytest.mark.parametrize("name", STREAMS)
def test_streams_of_the_reference_encoder(name: str) -> None:
    wanted, count, stride, mode, text = STREAMS[name]
    raw = decode(base64.b85decode(text), count, stride, mode)
    assert len(raw) == count * stride
    got = np.frombuffer(raw, wanted.dtype)
    if mode == "TRIANGLES":
        assert (turned(got) == turned(wanted)).all()
        short = np.frombuffer(decode(base64.b85decode(text), count, 2, mode), np.uint16)
        assert (short == got).all()
    else:
        assert (got == wanted.reshape(-1)).all()


def octahedral(ways: np.ndarray, kind: type, bits: int) -> np.ndarray:
    """Unit vectors folded onto a square, as the filter expects them."""
    flat = ways / np.abs(ways).sum(axis=1, keepdims=True)
    folded = (1 - np.abs(flat[:, [1, 0]])) * np.where(flat[:, :2] < 0, -1, 1)
    spot = np.where(flat[:, 2:] < 0, folded, flat[:, :2])
    most = 2 ** (bits - 1) - 1
    return np.column_stack([np.round(spot * most), np.full(len(ways), most), np.full(len(ways), -1)]).astype(kind)


def quaternion(turns: np.ndarray, bits: int) -> np.ndarray:
    longest = np.abs(turns).argmax(axis=1)
    rows = np.take_along_axis(turns, (longest[:, None] + np.arange(1, 4)) % 4, axis=1)
    sign = np.where(np.take_along_axis(turns, longest[:, None], axis=1) < 0, -1, 1)
    most = 2 ** (bits - 1) - 1
    stored = np.round(rows * sign * np.sqrt(2) * most).astype(np.int16)
    return np.column_stack([stored, (most & ~3 | longest).astype(np.int16)])


def color(rows: np.ndarray, kind: type, bits: int) -> np.ndarray:
    red, green, blue, alpha = np.round(rows * (2**bits - 1)).astype(int).T
    whole = (red + blue) >> 1
    y, co, cg = (whole + green) >> 1, (red - blue) >> 1, (green - whole) >> 1
    return np.column_stack([y, co, cg, alpha >> 1 | 1 << bits - 1]).astype(kind)


def stored(rows: np.ndarray) -> bytes:
    """An attribute stream of version 0 with every delta written out: the plainest that there is."""
    rows = np.ascontiguousarray(rows).view(np.uint8).reshape(len(rows), -1)
    count, stride = rows.shape
    block = min(8192 // stride & ~15, 256)
    change = np.diff(rows, axis=0, prepend=np.zeros((1, stride), np.uint8))
    change = change << 1 ^ np.where(change & 128, 255, 0).astype(np.uint8)
    made = bytearray(b"\xa0")
    for start in range(0, count, block):
        part = change[start : start + block]
        groups = -(-len(part) // 16)
        part = np.concatenate([part, np.zeros((groups * 16 - len(part), stride), np.uint8)])
        for byte in range(stride):
            made += b"\xff" * ((groups + 3) // 4) + part[:, byte].tobytes()
    return bytes(made) + bytes(32)


RANDOM = np.random.default_rng(5)
WAYS = RANDOM.normal(size=(90, 3))
WAYS /= np.linalg.norm(WAYS, axis=1, keepdims=True)
TURNS = RANDOM.normal(size=(90, 4))
TURNS /= np.linalg.norm(TURNS, axis=1, keepdims=True)
COLORS = RANDOM.uniform(size=(90, 4))


@pytest.mark.parametrize(("kind", "bits", "error"), [(np.int8, 8, 0.02), (np.int16, 10, 0.01), (np.int16, 16, 1e-3)])
def test_directions(kind: type, bits: int, error: float) -> None:
    rows = octahedral(WAYS, kind, bits)
    raw = decode(stored(rows), 90, rows.itemsize * 4, "ATTRIBUTES", "OCTAHEDRAL")
    got = np.frombuffer(raw, kind).reshape(-1, 4)
    assert np.abs(got[:, :3] / np.iinfo(kind).max - WAYS).max() < error
    assert (got[:, 3] == -1).all()


@pytest.mark.parametrize(("bits", "error"), [(8, 0.02), (16, 2e-4)])
def test_turns(bits: int, error: float) -> None:
    raw = decode(stored(quaternion(TURNS, bits)), 90, 8, "ATTRIBUTES", "QUATERNION")
    got = np.frombuffer(raw, np.int16).reshape(-1, 4) / 32767
    assert np.minimum(np.abs(got - TURNS).max(axis=1), np.abs(got + TURNS).max(axis=1)).max() < error


def test_exponents() -> None:
    mantissa, exponent = np.array([[1, -3], [8388607, -8388608]]), np.array([[0, -10], [20, -100]])
    raw = decode(stored((exponent << 24 | mantissa & 0xFFFFFF).astype(np.int32)), 2, 8, "ATTRIBUTES", "EXPONENTIAL")
    assert (np.frombuffer(raw, np.float32).reshape(2, 2) == np.ldexp(mantissa.astype(np.float32), exponent)).all()


@pytest.mark.parametrize(("kind", "bits", "error"), [(np.uint8, 8, 0.02), (np.uint16, 12, 0.002)])
def test_colors(kind: type, bits: int, error: float) -> None:
    rows = color(COLORS, kind, bits)
    raw = decode(stored(rows), 90, rows.itemsize * 4, "ATTRIBUTES", "COLOR")
    assert np.abs(np.frombuffer(raw, kind).reshape(-1, 4) / np.iinfo(kind).max - COLORS).max() < error


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_of_another_length_is_damaged(name: str) -> None:
    _wanted, count, stride, mode, text = STREAMS[name]
    whole = base64.b85decode(text)
    for changed in (whole[:0], *(whole[: len(whole) * tenth // 10] for tenth in range(10)), whole + b"\0" * 40):
        with pytest.raises(Damaged):
            decode(changed, count, stride, mode)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STREAMS)), st.integers(0, 10_000), st.integers(0, 255), st.integers(-2, 400))
def test_whatever_is_in_a_stream_it_is_decoded_or_damaged(name: str, place: int, byte: int, more: int) -> None:
    _wanted, count, stride, mode, text = STREAMS[name]
    raw = bytearray(base64.b85decode(text))
    raw[place % len(raw)] = byte
    with contextlib.suppress(Damaged):
        assert len(decode(bytes(raw), count + more, stride, mode)) == (count + more) * stride
