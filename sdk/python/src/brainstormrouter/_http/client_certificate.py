"""How servers are verified, and how this client shows who it is."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def _shared() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def verification_of(client_cert: str | None, client_key: str | None) -> ssl.SSLContext:
    """Returns what httpx takes as `verify`: with a certificate of the client, a context that shows it.

    To read the certificates of all authorities takes longer than anything else that a client is made of. So clients
    without a certificate of their own share one context.
    """
    if client_cert is None:
        return _shared()
    context = httpx.create_ssl_context()
    context.load_cert_chain(client_cert, client_key)
    return context
