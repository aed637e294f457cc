# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights from the hub into its own cache, file by file: what was begun is gone on with."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...common.errors import WorkError

Event = dict[str, Any]

#: Seconds between two looks at how much has come.
_PACE = 1.0


def files(*, repo: str, revision: str) -> Iterator[Event]:
    """Yields "files": names and sizes in bytes of what a repository holds at a revision, and its full commit."""
    from huggingface_hub import HfApi

    with _Plainly(repo):
        info = HfApi().model_info(repo, revision=revision, files_metadata=True)
        found = [{"name": entry.rfilename, "size": entry.size or 0} for entry in info.siblings or []]
        yield {"event": "files", "files": found, "revision": info.sha}


def fetch(*, repo: str, revision: str, files: list[str], total: int) -> Iterator[Event]:
    """Fetch these files; yields "fetched" {done, total} in bytes about every second, last with the folder."""
    from huggingface_hub import constants, file_download

    begun = Path(constants.HF_HUB_CACHE) / file_download.repo_folder_name(repo_id=repo, repo_type="model")
    with _Plainly(repo):
        fetching = _Fetching(repo, revision, files)
        while not fetching.over.wait(_PACE):
            yield {"event": "fetched", "done": min(total, _size(begun / "blobs")), "total": total}
        if fetching.error is not None:
            raise fetching.error
        yield {"event": "fetched", "done": total, "total": total, "folder": fetching.folder}


class _Fetching:
    """A thread that fetches; `over` when it has ended, with an error or the folder."""

    def __init__(self, repo: str, revision: str, files: list[str]) -> None:
        self.over = threading.Event()
        self.error: Exception | None = None
        self.folder = ""
        threading.Thread(target=self._run, args=(repo, revision, files), daemon=True).start()

    def _run(self, repo: str, revision: str, files: list[str]) -> None:
        from huggingface_hub import hf_hub_download

        try:
            for name in files:
                path = hf_hub_download(repo, name, revision=revision)
                self.folder = self.folder or str(Path(path).parents[len(Path(name).parts) - 1])
        except Exception as error:
            self.error = error
        finally:
            self.over.set()


def _size(folder: Path) -> int:
    try:
        return sum(entry.stat().st_size for entry in folder.iterdir())
    except OSError:  # one was moved into place meanwhile
        return 0


class _Plainly:
    """The hub's errors as WorkError in plain words."""

    def __init__(self, repo: str) -> None:
        self.repo = repo

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from huggingface_hub import errors

        if isinstance(error, errors.GatedRepoError):
            raise WorkError(
                f"{self.repo}: its owner wants you to agree to a licence first. Do so on https://huggingface.co/{self.repo}"
                " and log in with `hf auth login`, or choose another captioner."
            ) from error
        if isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError | errors.EntryNotFoundError):
            raise WorkError(f"{self.repo}: not on the hub, or not in this version. Check the name.") from error
        if isinstance(error, OSError) and error.errno == 28:
            raise WorkError("the disk is full. Free some space and run the same command; it goes on.") from error
        if isinstance(error, errors.HfHubHTTPError | OSError) or type(error).__module__.startswith(
            ("httpx", "httpcore")
        ):
            words = " ".join(str(error).split())[:160]
            raise WorkError(
                f"{self.repo}: the hub can't be reached ({words}). Check the network and run again; it goes on."
            ) from error
