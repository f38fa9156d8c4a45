"""httpx and its successor httpx2 have the same interface and different classes of errors. Clients of both may be used."""

from __future__ import annotations

import sys
from typing import Any

import httpx


class HttpErrors:
    """The classes of errors that an HTTP client raises.

    Attributes:
        transport: The connection could not be made, or it broke.
        timeout: Nothing came in time. It is a transport error, too.
        broken: All that may befall a request on its way, among it bodies that cannot be decoded.
    """

    def __init__(self, http_client: object) -> None:
        module: Any = httpx
        for cls in type(http_client).__mro__:
            root = sys.modules.get(cls.__module__.partition(".")[0])
            if hasattr(root, "TransportError") and hasattr(root, "StreamError"):
                module = root
                break
        self.transport: type[Exception] = module.TransportError
        self.timeout: type[Exception] = module.TimeoutException
        self.broken: tuple[type[Exception], ...] = (module.RequestError, module.StreamError)
