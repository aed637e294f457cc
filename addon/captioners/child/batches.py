# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures through a model in batches: the next is read while this one is computed, and one too large is halved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ...common.errors import InputError, WorkError
from .families.family import Family

Event = dict[str, Any]
#: Pictures running on which the library may fail before it is not the pictures' fault.
_MOST_FAILED = 3
View = Callable[[dict[str, Any]], Image.Image]


@dataclass(frozen=True)
class _Batch:
    """ids of the pictures that could be read, what the family made of them, and an event for each of the others."""

    ids: list[str]
    prepared: Any
    unread: list[Event]


_NOTHING = _Batch([], None, [])


def through(
    family: Family,
    pictures: list[dict[str, Any]],
    size: int,
    view: View,
    is_memory_error: Callable[[BaseException], bool],
    give_back: Callable[[], None],
) -> Iterator[Event]:
    """Yields "working", "said", "unread" and "halved" (see serve.py). Raises WorkError where not even one picture fits,
    and what the library raises where it does so for one picture after the other.

    size: pictures in a batch, to begin with. A batch on which the library fails is shown to it picture by picture.
    """
    left, alone, failed = list(pictures), 0, 0
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(_read, family, left[:size], view)
        while left:
            count = 1 if alone else size
            now, left, alone = left[:count], left[count:], max(0, alone - 1)
            try:
                batch = coming.result()
                coming = reader.submit(_read, family, left[: 1 if alone else size], view)
                yield {"event": "working", "ids": batch.ids}
                said = family.speak(batch.prepared) if batch.ids else []
            except Exception as error:
                fault = error.with_traceback(None)  # its frames hold on to what did not fit
            else:
                failed = 0
                yield from batch.unread
                for name, words in zip(batch.ids, said, strict=True):
                    yield {"event": "said", "id": name, **words.to_json()}
                continue
            coming.exception()  # what was being read ahead is in the way
            batch = _NOTHING
            give_back()
            if is_memory_error(fault):
                if len(now) == 1:
                    raise WorkError("there is not memory enough for even one picture.")
                size = (len(now) + 1) // 2
                left = now + left
                yield {"event": "halved", "batch": size}
            elif len(now) > 1:
                left, alone = now + left, len(now)
            else:
                failed += 1
                if failed == _MOST_FAILED:
                    raise fault
                message = f"the model failed on it ({type(fault).__name__}: {' '.join(str(fault).split())[:160]})."
                yield {"event": "unread", "id": now[0]["id"], "message": message}
            coming = reader.submit(_read, family, left[: 1 if alone else size], view)


def _read(family: Family, pictures: list[dict[str, Any]], view: View) -> _Batch:
    ids, seen, unread = [], [], []
    for picture in pictures:
        try:
            seen.append(view(picture))
            ids.append(picture["id"])
        except InputError as error:
            unread.append({"event": "unread", "id": picture["id"], "message": str(error)})
    return _Batch(ids, family.prepare(seen) if seen else None, unread)
