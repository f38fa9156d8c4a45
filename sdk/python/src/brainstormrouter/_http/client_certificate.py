"""How servers are verified, and how this client shows who it is."""

from __future__ import annotations

import ssl

import httpx


def verification_of(client_cert: str | None, client_key: str | None) -> ssl.SSLContext | bool:
    """Returns what httpx takes as `verify`: with a certificate of the client, a context that shows it."""
    if client_cert is None:
        return True
    context = httpx.create_ssl_context()
    context.load_cert_chain(client_cert, client_key)
    return context
