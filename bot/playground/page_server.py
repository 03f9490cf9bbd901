"""The page's server: what people see and do in a playground, as JSON over HTTP."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import UnavailableError, UserFacingError
from bot.playground.changes import Reader
from bot.playground.digest_now import send_digest_now
from bot.playground.fence import Fence
from bot.playground.organisation import Member
from bot.playground.page_requests import Given, asked_in_address, sent_as_json
from bot.playground.playground import Playground, Stage
from bot.playground.welcome import welcome
from bot.playground.workspace import NotThereError

PAGE_FOLDER: Final = Path(__file__).parent / "page"
KEEP_ALIVE_SECONDS: Final = 15
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_NOTHING: Final[dict[str, Any]] = {}

Looking = Callable[[Stage, Given], Awaitable[dict[str, Any]]]
Doing = Callable[[Stage, Member, Given], Awaitable[dict[str, Any] | None]]


def build_page_app(playground: Playground, page_folder: Path = PAGE_FOLDER) -> Starlette:
    """Return the ASGI application of a running playground."""
    server = _PageServer(playground)

    async def page(_request: Request) -> Response:
        return FileResponse(page_folder / "index.html")

    return Starlette(
        routes=[
            Route("/", page),
            Mount("/page", StaticFiles(directory=page_folder, check_dir=False)),
            Route("/api/events", server.events),
            Route("/api/files/{file_id}", server.file),
            Route("/api/reset", server.reset, methods=["POST"]),
            *(Route(f"/api/{name}", server.looking(look)) for name, look in _LOOKING.items()),
            *(Route(f"/api/{name}", server.doing(do), methods=["POST"]) for name, do in _DOING.items()),
        ],
        middleware=[Middleware(Fence), Middleware(GZipMiddleware, minimum_size=1_000)],
        exception_handlers={
            NotThereError: _in_words(HTTPStatus.NOT_FOUND),
            UserFacingError: _in_words(HTTPStatus.BAD_REQUEST),
            UnavailableError: _in_words(HTTPStatus.BAD_GATEWAY),
            HTTPException: _http_error,
        },
    )


class _PageServer:
    """Answers requests from whatever workspace is running."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    def looking(self, look: Looking) -> Callable[[Request], Awaitable[Response]]:
        """Return the answer to requests that only look."""

        async def answer(request: Request) -> Response:
            return JSONResponse(await look(self._playground.stage, asked_in_address(request)))

        return answer

    def doing(self, do: Doing) -> Callable[[Request], Awaitable[Response]]:
        """Return the answer to requests that do what a person does."""

        async def answer(request: Request) -> Response:
            given, stage = await sent_as_json(request), self._playground.stage
            answered = await do(stage, stage.workspace.person(given.text("as")), given)
            self._playground.changes.tell("routing", "state")
            return JSONResponse(answered or _NOTHING)

        return answer

    async def reset(self, request: Request) -> Response:
        """Start over."""
        await sent_as_json(request)
        await self._playground.start_over()
        return JSONResponse(_NOTHING)

    async def file(self, request: Request) -> Response:
        """Return a file that the bot shared; shown only if it is the picture it says it is."""
        known = self._playground.stage.slack.files.known.get(request.path_params["file_id"])
        if known is None or known.content is None:
            raise NotThereError("This file is not there any more.")
        kind = "image/png" if known.content.startswith(_PNG) else "application/octet-stream"
        return Response(known.content, media_type=kind)

    async def events(self, request: Request) -> Response:
        """Tell a page what changes, until it goes away or the server stops."""
        person = self._playground.stage.workspace.person(asked_in_address(request).text("as"))
        return StreamingResponse(_stream(self._playground, person.id), media_type="text/event-stream")


async def _stream(playground: Playground, person_id: str) -> AsyncIterator[str]:
    with playground.changes.reader(person_id) as reader:
        yield "retry: 1000\n\n"
        while not reader.is_over:
            yield await _told(reader)


async def _told(reader: Reader) -> str:
    what = await reader.read(KEEP_ALIVE_SECONDS)
    return f"event: changed\ndata: {json.dumps({'what': what})}\n\n" if what else ": still here\n\n"


def _in_words(status: HTTPStatus) -> Callable[[Request, Exception], Response]:
    return lambda _request, error: JSONResponse({"error": str(error)}, status)


def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    return JSONResponse({"error": HTTPStatus(status).description or HTTPStatus(status).phrase}, status)


async def _state(stage: Stage, _given: Given) -> dict[str, Any]:
    return await welcome(stage.workspace.organisation, stage.services)


async def _conversation(stage: Stage, given: Given) -> dict[str, Any]:
    return stage.workspace.conversation(stage.workspace.person(given.text("as")), given.text("id"))


async def _thread(stage: Stage, given: Given) -> dict[str, Any]:
    person = stage.workspace.person(given.text("as"))
    return {"messages": stage.workspace.thread(person, given.text("channel"), given.text("ts"))}


async def _home(stage: Stage, given: Given) -> dict[str, Any]:
    return await stage.on_views.home(stage.workspace.person(given.text("as")))


async def _form(stage: Stage, given: Given) -> dict[str, Any]:
    return stage.on_views.form(stage.workspace.person(given.text("as")))


async def _routing(stage: Stage, _given: Given) -> dict[str, Any]:
    return await stage.explaining.last()


async def _say(stage: Stage, person: Member, given: Given) -> None:
    thread_ts = given.text_or_none("thread_ts")
    await stage.acting.say(person, given.text("channel"), thread_ts, given.text("text"))


async def _click(stage: Stage, person: Member, given: Given) -> None:
    where = given.text("channel"), given.text("message_ts"), given.text("block_id")
    await stage.acting.click(person, *where, given.mapping("action"))


async def _shortcut(stage: Stage, person: Member, given: Given) -> None:
    await stage.acting.shortcut(person, given.text("channel"), given.text("message_ts"))


async def _click_home(stage: Stage, person: Member, given: Given) -> None:
    await stage.on_views.click_home(person, given.text("block_id"), given.mapping("action"))


async def _submit(stage: Stage, person: Member, given: Given) -> dict[str, Any]:
    errors = await stage.on_views.submit(person, given.text("view_id"), given.values())
    return {"errors": errors} if errors else {}


async def _click_form(stage: Stage, person: Member, given: Given) -> None:
    where = given.text("view_id"), given.text("block_id")
    await stage.on_views.click_form(person, *where, given.mapping("action"), given.values())


async def _close_form(stage: Stage, person: Member, _given: Given) -> None:
    stage.on_views.close(person)


async def _options(stage: Stage, person: Member, given: Given) -> dict[str, Any]:
    where = given.text_or_none("view_id"), given.text("block_id"), given.text("action_id")
    return {"options": await stage.on_views.options(person, *where, given.text("typed"))}


async def _digest(stage: Stage, person: Member, given: Given) -> None:
    channel_id = given.text("channel")
    stage.workspace.channel_name(channel_id, person)
    await send_digest_now(stage.acting, stage.services, person, channel_id)


_LOOKING: Final[dict[str, Looking]] = {
    "state": _state,
    "conversation": _conversation,
    "thread": _thread,
    "home": _home,
    "form": _form,
    "routing": _routing,
}
_DOING: Final[dict[str, Doing]] = {
    "say": _say,
    "click": _click,
    "shortcut": _shortcut,
    "home/click": _click_home,
    "form/submit": _submit,
    "form/click": _click_form,
    "form/close": _close_form,
    "options": _options,
    "digest": _digest,
}
