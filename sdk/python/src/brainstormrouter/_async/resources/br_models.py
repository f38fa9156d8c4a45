"""Models, and how well they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..._paging import AsyncPager
from ..resource import AsyncResource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import BrModelsLeaderboardAnswer, Model


class AsyncModels(AsyncResource):
    """Models, and how well they do."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> AsyncPager[Model]:
        """List the models a run may choose from.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/models", {"limit": limit, "cursor": cursor}, options)

    async def leaderboard(
        self,
        *,
        sort: str | None = None,
        provider: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
        **options: Unpack[RequestOptions],
    ) -> BrModelsLeaderboardAnswer:
        """Show what routing has learned of the models, by task class.

        Args:
            sort: `reward`, `samples` or `updated`; anything else is `reward`. Default: "reward".
            limit: How many items a page has at most. Default: 50.
            offset: Default: 0.
        """
        answer: BrModelsLeaderboardAnswer = await self._client.request(
            "GET",
            "/v1/models/leaderboard",
            query={"sort": sort, "provider": provider, "limit": limit, "offset": offset},
            options=options,
        )
        return answer
