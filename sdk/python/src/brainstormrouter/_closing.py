"""Closing a response that somebody else may be reading."""

from __future__ import annotations

import contextlib
import socket

import httpx


def close_response(response: httpx.Response) -> None:
    """Closes a response. A thread that is reading it stops, since its socket says that nothing more comes."""
    stream = response.extensions.get("network_stream")
    if stream is not None and not response.is_closed:
        with contextlib.suppress(Exception):
            connected = stream.get_extra_info("socket")
            if isinstance(connected, socket.socket):
                connected.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(Exception):
        response.close()


async def async_close_response(response: httpx.Response) -> None:
    """Closes a response. A task that is reading it stops."""
    with contextlib.suppress(Exception):
        await response.aclose()
