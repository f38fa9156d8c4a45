"""Facts that agents remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import (
        MemoryBlocksItem,
        MemoryEntry,
        MemoryGetSettingsAnswer,
        MemoryInitAnswer,
        MemoryQueryAnswer,
        MemoryRemoveAnswer,
        MemoryUpdateSettingsAnswer,
    )


class AsyncMemory(AsyncResource):
    """Facts that agents remember."""

    def blocks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        agent_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[MemoryBlocksItem]:
        """List memory blocks with their sizes.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/memory/blocks", {"limit": limit, "cursor": cursor, "agent_id": agent_id}, options
        )

    def block(
        self,
        block: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        agent_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[MemoryEntry]:
        """List the entries of a block, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `route_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/memory/blocks/{block}", block=block),
            {"limit": limit, "cursor": cursor, "agent_id": agent_id},
            options,
        )

    def entries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        agent_id: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> AsyncPager[MemoryEntry]:
        """List memory entries, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page(
            "/v1/memory/entries", {"limit": limit, "cursor": cursor, "agent_id": agent_id}, options
        )

    async def append(
        self,
        fact: str,
        *,
        agent_id: str | None = None,
        block: Literal["human", "project", "system", "general"] | None = None,
        pinned: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> MemoryEntry:
        """Note a fact for all agents or, with `agent_id` (in the body or the query), for one.

        Args:
            agent_id: The agent that reads it. Absent: all agents do.
            block: Default: "general".
            pinned: Default: false.

        Raises:
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: MemoryEntry = await self._client.request(
            "POST",
            "/v1/memory/entries",
            query={"agent_id": agent_id},
            body=without_none({"agent_id": agent_id, "fact": fact, "block": block, "pinned": pinned}),
            options=options,
        )
        return answer

    async def update(
        self,
        entry_id: str,
        *,
        fact: str | None = None,
        block: Literal["human", "project", "system", "general"] | None = None,
        pinned: bool | None = None,
        **options: Unpack[RequestOptions],
    ) -> MemoryEntry:
        """Change a memory entry.

        Raises:
            NotFoundError: 404: `memory_entry_not_found`, `route_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: MemoryEntry = await self._client.request(
            "PUT",
            path_of("/v1/memory/entries/{entry_id}", entry_id=entry_id),
            body=without_none({"fact": fact, "block": block, "pinned": pinned}),
            options=options,
        )
        return answer

    async def remove(self, entry_id: str, **options: Unpack[RequestOptions]) -> MemoryRemoveAnswer:
        """Forget a memory entry.

        Raises:
            NotFoundError: 404: `memory_entry_not_found`, `route_not_found`.
        """
        answer: MemoryRemoveAnswer = await self._client.request(
            "DELETE", path_of("/v1/memory/entries/{entry_id}", entry_id=entry_id), options=options
        )
        return answer

    async def get_settings(self, **options: Unpack[RequestOptions]) -> MemoryGetSettingsAnswer:
        """Read in which language facts and documents are searched."""
        answer: MemoryGetSettingsAnswer = await self._client.request("GET", "/v1/memory/settings", options=options)
        return answer

    async def update_settings(
        self,
        *,
        language: Literal[
            "simple",
            "arabic",
            "armenian",
            "basque",
            "catalan",
            "danish",
            "dutch",
            "english",
            "finnish",
            "french",
            "german",
            "greek",
            "hindi",
            "hungarian",
            "indonesian",
            "irish",
            "italian",
            "lithuanian",
            "nepali",
            "norwegian",
            "portuguese",
            "romanian",
            "russian",
            "serbian",
            "spanish",
            "swedish",
            "tamil",
            "turkish",
            "yiddish",
        ]
        | None = None,
        system_block: Literal["people", "models"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> MemoryUpdateSettingsAnswer:
        """Change the language of searches, or who may note rules for agents.

        Args:
            language: The language in which facts and documents are searched. Default: english.
            system_block: Who may note facts in the block `system`, the rules of how an agent works. Default: people.

        Raises:
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: MemoryUpdateSettingsAnswer = await self._client.request(
            "PUT",
            "/v1/memory/settings",
            body=without_none({"language": language, "system_block": system_block}),
            options=options,
        )
        return answer

    async def query(
        self, query: str, *, agent_id: str | None = None, limit: int | None = None, **options: Unpack[RequestOptions]
    ) -> MemoryQueryAnswer:
        """Search the memory.

        Args:
            agent_id: The agent that reads it. Absent: all agents do.
            limit: Default: 10.

        Raises:
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: MemoryQueryAnswer = await self._client.request(
            "POST",
            "/v1/memory/query",
            query={"agent_id": agent_id},
            body=without_none({"agent_id": agent_id, "query": query, "limit": limit}),
            options=options,
        )
        return answer

    async def init(
        self,
        documents: Sequence[Mapping[str, Any]],
        *,
        agent_id: str | None = None,
        model: str | None = None,
        **options: Unpack[RequestOptions],
    ) -> MemoryInitAnswer:
        """Fill the memory from documents.

        Args:
            agent_id: The agent that reads it. Absent: all agents do.
            model: The Python client sends it. It has no effect: documents are cut into facts without a model.

        Raises:
            NotFoundError: 404: `agent_not_found`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: MemoryInitAnswer = await self._client.request(
            "POST",
            "/v1/memory/init",
            query={"agent_id": agent_id},
            body=without_none({"agent_id": agent_id, "documents": documents, "model": model}),
            options=options,
        )
        return answer
