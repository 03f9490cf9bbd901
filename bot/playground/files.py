"""Files of the stand-in: uploaded in Slack's three steps, and shown where they were shared."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MAX_BYTES: Final = 10_000_000


@dataclass(slots=True)
class UploadedFile:
    """A file; ``content`` is none until it has come."""

    id: str
    name: str
    alt_text: str
    content: bytes | None = None


@dataclass(slots=True)
class Files:
    """Takes files in; ``share`` posts the message that shows them."""

    known: dict[str, UploadedFile] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def announce(self, arguments: Mapping[str, Any], address: str) -> dict[str, Any]:
        """Answer ``files.getUploadURLExternal``: where to send the file."""
        if not 1 <= int(arguments.get("length") or 0) <= MAX_BYTES:
            return {"ok": False, "error": "invalid_arguments"}
        file_id = f"F{next(self._numbers)}FILE"
        self.known[file_id] = UploadedFile(file_id, arguments["filename"], arguments.get("alt_txt") or "")
        return {"upload_url": f"{address}/upload/{file_id}", "file_id": file_id}

    def take(self, file_id: str, content: bytes) -> bool:
        """Keep what was sent to an upload address; false if there is no such file."""
        if file_id not in self.known:
            return False
        self.known[file_id].content = content
        return True

    def complete(
        self, arguments: Mapping[str, Any], post: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> dict[str, Any]:
        """Answer ``files.completeUploadExternal``: the files are shown in the channel, or in a thread of it."""
        files = [one for one in arguments["files"] if (known := self.known.get(one["id"])) and known.content]
        if len(files) < len(arguments["files"]):
            return {"ok": False, "error": "file_not_found"}
        shown = [self._as_file(one) for one in files]
        if arguments.get("channel_id"):
            where = {"channel": arguments["channel_id"], "thread_ts": arguments.get("thread_ts")}
            post({**where, "text": arguments.get("initial_comment") or "", "files": shown})
        return {"files": shown}

    def _as_file(self, given: Mapping[str, Any]) -> dict[str, Any]:
        known = self.known[given["id"]]
        return {
            "id": known.id,
            "name": known.name,
            "title": given.get("title") or known.name,
            "alt_txt": known.alt_text,
        }
