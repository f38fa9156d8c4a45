"""Readers of one process, in Python. `readers_main.py <mode> <base URL> <count>`:

`latency` reads the sessions `bare` and `sdk` side by side, and prints how long their events were under way.
`memory-bare` and `memory-sdk` read so many sessions at once, and print what each of them takes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
from brainstormrouter import AsyncBrainstormRouter, BrainstormRouter


def bare_events(base_url: str, session_id: str) -> Iterator[dict[str, str]]:
    """Reads a stream with nothing but httpx: no resuming, no watchdog, one kind of line end."""
    with httpx.stream("GET", f"{base_url}/v1/sessions/{session_id}/events", timeout=httpx.Timeout(None)) as response:
        rest = b""
        for chunk in response.iter_bytes():
            *frames, rest = (rest + chunk).split(b"\n\n")
            yield from map(fields_of, frames)


async def bare_events_async(client: httpx.AsyncClient, session_id: str) -> AsyncIterator[dict[str, str]]:
    async with client.stream("GET", f"/v1/sessions/{session_id}/events") as response:
        rest = b""
        async for chunk in response.aiter_bytes():
            *frames, rest = (rest + chunk).split(b"\n\n")
            for frame in frames:
                yield fields_of(frame)


def fields_of(frame: bytes) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in frame.decode().split("\n"))


def latencies(base_url: str) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {"bare": [], "sdk": []}

    def note(reader: str, data: Any) -> None:
        now_ns = time.monotonic_ns()
        if "sentAtNs" in data:
            values[reader].append((now_ns - int(data["sentAtNs"])) / 1e6)

    def read_bare() -> None:
        for fields in bare_events(base_url, "bare"):
            if "data" in fields:
                note("bare", json.loads(fields["data"]))

    thread = threading.Thread(target=read_bare)
    thread.start()
    with BrainstormRouter(base_url=base_url, api_key="brk_bench") as client, client.agent_runs.attach("sdk") as run:
        for event in run:
            note("sdk", event.data)
    thread.join()
    return values


async def bytes_each(base_url: str, reader: str, count: int) -> float:
    """Follows sessions until each has begun, and says how much the memory of the process grew."""
    limits = httpx.Limits(max_connections=None)
    http = httpx.AsyncClient(base_url=base_url, timeout=httpx.Timeout(None), limits=limits)
    client = AsyncBrainstormRouter(base_url=base_url, api_key="brk_bench")
    waiting: list[asyncio.Task[Any]] = []

    async def begin(session_id: str) -> None:
        events: Any = (
            aiter(bare_events_async(http, session_id))
            if reader == "bare"
            else aiter(await client.agent_runs.attach(session_id).__aenter__())
        )
        while True:
            event = await anext(events)
            if reader == "sdk" or "data" in event:
                break
        waiting.append(asyncio.create_task(anext(events)))

    # The first one loads what all of them use.
    await begin("first")
    before = resident_bytes()
    await asyncio.gather(*(begin(f"session-{n}") for n in range(count)))
    await asyncio.sleep(0)
    return (resident_bytes() - before) / count


def resident_bytes() -> int:
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    mode, base_url, count = sys.argv[1:4]
    if mode == "latency":
        print(json.dumps(latencies(base_url)), flush=True)
    else:
        print(json.dumps({"bytesEach": asyncio.run(measure(base_url, mode, int(count)))}), flush=True)


async def measure(base_url: str, mode: str, count: int) -> float:
    each = await bytes_each(base_url, "sdk" if mode == "memory-sdk" else "bare", count)
    # To leave a thousand readers in order would take longer than to measure them.
    print(json.dumps({"bytesEach": each}), flush=True)
    os._exit(0)


main()
