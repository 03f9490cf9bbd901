"""Reading elsewhere gives what reading here gives, and nobody waits in vain when it is lost."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.knowledge.model import Confident, Routing, Unrelated
from bot.knowledge.reading import Reader
from bot.reading_process import another_process, reading_over, serve
from tests.builders import a_catalogue, a_confident_routing, a_match, a_persona

FINANCE, ITAM, ITFM = a_persona("finance"), a_persona("itam"), a_persona("itfm")
CATALOGUE = a_catalogue(FINANCE, ITAM, ITFM)


@dataclass
class Known:
    """Routes every question to finance by its own words, on whichever thread; ``cake`` makes it fail."""

    threads: list[int] = field(default_factory=list)

    def route(self, question: str) -> Routing:
        self.threads.append(threading.get_ident())
        if "cake" in question:
            raise LookupError("no cake here")
        return a_confident_routing(a_match(FINANCE), a_match(ITAM, 0.1), a_match(ITFM, 0.1), words=(question,))


def words_of(routing: Routing) -> tuple[str, ...]:
    assert isinstance(routing, Confident)
    return routing.words


@pytest.fixture(name="known")
def what_is_known() -> Known:
    return Known()


@pytest.fixture(name="reader")
def a_reader(known: Known) -> Reader:
    return Reader(known.route, CATALOGUE)


@pytest.fixture(name="ends")
def two_ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    yield here, there
    here.close()
    there.close()


@pytest.fixture(name="line")
def a_served_line(ends: tuple[socket.socket, socket.socket], reader: Reader) -> Iterator[socket.socket]:
    here, there = ends
    serving = threading.Thread(target=serve, args=(there, reader))
    serving.start()
    yield here
    here.close()
    serving.join(10)


async def test_what_is_read_elsewhere_is_what_would_be_read_here(
    line: socket.socket, reader: Reader, known: Known
) -> None:
    questions = ["who pays?\n", "wer zahlt das? 予算 🎉", "\ud800 half a pair", "x" * 100_000, ""] * 40

    async with reading_over(line, reader) as read:
        found = await asyncio.gather(*(read(one, one) for one in questions))

    assert threading.get_ident() not in known.threads
    assert found == [reader.read_now(one, one) for one in questions]


async def test_what_cannot_be_read_fails_for_whoever_asked(line: socket.socket, reader: Reader) -> None:
    async with reading_over(line, reader) as read:
        found = await asyncio.gather(read("who pays?", ""), read("cake", ""), return_exceptions=True)
        again = await read("who pays then?", "")

    assert words_of(found[0]) == ("who pays?",)  # type: ignore[arg-type]
    assert isinstance(found[1], LookupError)
    assert words_of(again) == ("who pays then?",)


async def test_whoever_goes_away_leaves_the_others_their_answers(line: socket.socket, reader: Reader) -> None:
    async with reading_over(line, reader) as read:
        gone = asyncio.create_task(read("who left?", ""))
        stays = asyncio.create_task(read("who pays?", ""))
        await asyncio.sleep(0)
        gone.cancel()

        assert words_of(await stays) == ("who pays?",)


async def test_what_was_asked_when_the_other_end_is_lost_is_read_here(
    ends: tuple[socket.socket, socket.socket], reader: Reader, known: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = ends
    async with reading_over(here, reader) as read:
        asked = asyncio.create_task(read("who pays?", ""))
        assert await asyncio.to_thread(there.recv, 1_000) == json.dumps([["who pays?", ""]]).encode() + b"\n"
        there.sendall(b"[[")
        there.close()

        assert words_of(await asked) == ("who pays?",)
        assert words_of(await read("and then?", "")) == ("and then?",)

    assert known.threads == [threading.get_ident()] * 2
    assert capsys.readouterr().out.count("reading_process_lost") == 1


async def test_another_end_that_hangs_is_lost(ends: tuple[socket.socket, socket.socket], reader: Reader) -> None:
    async with reading_over(ends[0], reader, timeout_seconds=0.01) as read:
        assert words_of(await read("who pays?", "")) == ("who pays?",)


async def test_without_another_end_it_is_read_here(reader: Reader, known: Known) -> None:
    async with reading_over(None, reader) as read:
        await read("who pays?", "")

    assert known.threads == [threading.get_ident()]


async def test_another_end_that_is_slow_but_steady_is_not_lost(
    ends: tuple[socket.socket, socket.socket], reader: Reader, known: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time is counted from its last answer, not from when it was asked."""
    here, there = ends
    async with reading_over(here, reader, timeout_seconds=3) as read:
        asked = [asyncio.create_task(read("who pays?", "")) for _ in range(12)]
        with there.makefile("rb") as lines:
            for _ in range(3):
                questions = json.loads(await asyncio.to_thread(lines.readline))
                await asyncio.sleep(1.2)
                replies = [reader.shorthand.written(Unrelated()) for _ in questions]
                there.sendall(json.dumps(replies).encode() + b"\n")

        assert await asyncio.gather(*asked) == [Unrelated()] * 12

    assert known.threads == []
    assert "reading_process_lost" not in capsys.readouterr().out


def test_where_no_process_can_be_started_it_is_read_here(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)

    with another_process(reader) as line:
        assert line is None
    assert "Traceback" not in capsys.readouterr().err


HANGING = """
import json, socket, time
from bot.knowledge.reading import Reader
from bot.reading_process import serve
from tests.builders import a_catalogue

here, there = socket.socketpair()
here.sendall(json.dumps([["who", "who"]]).encode() + b"\\n")
serve(there, Reader(lambda _: time.sleep(60), a_catalogue()), limit_seconds=0.05)
"""


def test_a_process_that_hangs_ends_itself() -> None:
    run = subprocess.run([sys.executable, "-c", HANGING], timeout=60, check=False)

    assert run.returncode == -signal.SIGALRM


IN_ANOTHER_PROCESS = """
import asyncio, os, signal
from bot import reading_process
from bot.knowledge.reading import Reader
from tests.builders import a_catalogue, a_confident_routing, a_match, a_persona

def route(question):
    return a_confident_routing(a_match(), words=(str(os.getpid()),))

async def reads(line):
    async with reading_process.reading_over(line, reader) as read:
        pids = [int((await read("who", "who")).words[0])]
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            os.kill(pids[0], number)
            if number == signal.SIGKILL:
                os.waitpid(pids[0], os.WNOHANG)
            pids.append(int((await read("who", "who")).words[0]))
    return pids

reader = Reader(route, a_catalogue(*map(a_persona, ("finance", "itfm", "product"))))
with reading_process.another_process(reader) as line:
    first, *others = asyncio.run(reads(line))
print(first != os.getpid(), [one == first for one in others])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads in this process where forking is not safe")
def test_another_process_reads_until_it_is_killed_and_leaves_stopping_to_this_one() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import os; os.sched_getaffinity = lambda _: {0, 1}\n" + IN_ANOTHER_PROCESS],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert run.stdout.splitlines()[-1] == "True [True, True, False]"
