"""Models, and how well they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._http.request import RequestOptions
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ...types import BrModelsLeaderboardAnswer, Model


class Models(Resource):
    """Models, and how well they do."""

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[Model]:
        """List the models a run may choose from.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/models", {"limit": limit, "cursor": cursor}, options)

    def leaderboard(
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
        answer: BrModelsLeaderboardAnswer = self._client.request(
            "GET",
            "/v1/models/leaderboard",
            query={"sort": sort, "provider": provider, "limit": limit, "offset": offset},
            options=options,
        )
        return answer
