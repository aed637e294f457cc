# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer worked out by a thread and remembered: what is asked in a drawing never waits. Never imports bpy."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")

REMEMBERED = 64


class Later(Generic[Question, Answer]):
    """Answers questions one after the other; of `newest` kinds only the newest open one. `work` must not raise.

    remembered: how many answers are kept, the latest.
    """

    def __init__(self, work: Callable[[Question], Answer], newest: bool = True, remembered: int = REMEMBERED) -> None:
        self._work = work
        self._newest = newest
        self._remembered = remembered
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._open: OrderedDict[Question, None] = OrderedDict()
        self._news = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return bool(self._open)

    def known(self, question: Question) -> Answer | None:
        """The answer, where there is one; asks nothing."""
        return self._answers.get(question)

    def ask(self, question: Question) -> Answer | None:
        """The answer, None while it is worked out. Never waits."""
        found = self._answers.get(question)
        if found is None and question not in self._open and not self._closed:
            with self._news:
                if self._newest:
                    self._open.clear()
                self._open[question] = None
                if self._thread is None:
                    self._thread = threading.Thread(target=self._serve, daemon=True, name="modelsheet-later")
                    self._thread.start()
                self._news.notify_all()
        return found

    def wait(self, question: Question, seconds: float = 20.0) -> Answer | None:
        """The answer, waited for."""
        self.ask(question)
        with self._news:
            self._news.wait_for(lambda: question in self._answers or self._closed, seconds)
        return self._answers.get(question)

    def close(self) -> None:
        """End the thread; what it is at is let finish, for a while."""
        with self._news:
            self._closed = True
            self._open.clear()
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _serve(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: bool(self._open) or self._closed)
                if self._closed:
                    return
                question = next(iter(self._open))
            answer = self._work(question)
            with self._news:
                self._answers[question] = answer
                while len(self._answers) > self._remembered:
                    self._answers.popitem(last=False)
                self._open.pop(question, None)
                self._news.notify_all()
