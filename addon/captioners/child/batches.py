# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures through a model in batches: the next is read while this one is computed, and one too large is halved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PIL import Image

from ...common.errors import InputError, WorkError
from .families.family import Family

Event = dict[str, Any]
View = Callable[[dict[str, Any]], Image.Image]


@dataclass(frozen=True)
class _Batch:
    """ids of the pictures that could be read, what the family made of them, and an event for each of the others."""

    ids: list[str]
    prepared: Any
    unread: list[Event]


def through(
    family: Family,
    pictures: list[dict[str, Any]],
    size: int,
    view: View,
    is_memory_error: Callable[[BaseException], bool],
    give_back: Callable[[], None],
) -> Iterator[Event]:
    """Yields "working", "said", "unread" and "halved" (see serve.py). Raises WorkError where not even one picture fits.

    size: pictures in a batch, to begin with.
    """
    left = list(pictures)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(_read, family, left[:size], view)
        while left:
            now, ahead = left[:size], left[size : 2 * size]
            try:
                batch = coming.result()
                coming = reader.submit(_read, family, ahead, view)
                yield {"event": "working", "ids": batch.ids}
                said = family.speak(batch.prepared) if batch.ids else []
            except Exception as error:
                if not is_memory_error(error):
                    raise
                if len(now) == 1:
                    raise WorkError("there is not memory enough for even one picture.") from None
                size = (len(now) + 1) // 2
            else:
                left = left[len(now) :]
                yield from batch.unread
                for name, words in zip(batch.ids, said, strict=True):
                    yield {"event": "said", "id": name, **words.to_json()}
                continue
            # Outside of the handler, which holds on to the frames of what did not fit.
            _forget(coming)
            batch = None  # type: ignore[assignment]
            give_back()
            yield {"event": "halved", "batch": size}
            coming = reader.submit(_read, family, left[:size], view)


def _forget(coming: Future[_Batch]) -> None:
    """Wait for what is being read ahead, so that it is not in memory any more."""
    coming.exception()


def _read(family: Family, pictures: list[dict[str, Any]], view: View) -> _Batch:
    ids, seen, unread = [], [], []
    for picture in pictures:
        try:
            seen.append(view(picture))
            ids.append(picture["id"])
        except InputError as error:
            unread.append({"event": "unread", "id": picture["id"], "message": str(error)})
    return _Batch(ids, family.prepare(seen) if seen else None, unread)
