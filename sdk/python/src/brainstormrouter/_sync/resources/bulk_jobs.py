"""Jobs that do one thing to many sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ..._http.request import RequestOptions, path_of, without_none
from ..._paging import Page
from ..resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Unpack

    from ...types import BulkItem, BulkJob, BulkPreview, RetryRequest


class BulkJobs(Resource):
    """Jobs that do one thing to many sessions."""

    def create(
        self,
        *,
        action: Literal["retry", "terminate", "interrupt", "pause", "resume", "delete"],
        filter: Mapping[str, Any],
        dry_run: bool | None = None,
        rate: float | None = None,
        retry: RetryRequest | None = None,
        **options: Unpack[RequestOptions],
    ) -> BulkPreview | BulkJob:
        """Retry, end, interrupt, pause, resume or erase all sessions that match, in a job.

        Args:
            action: What is done to each session.
            filter: Which sessions: the filters of the list of sessions, at least one.
            dry_run: Only say what a job would do. Nothing is changed.
            rate: The most sessions that are begun per second. Default: 10.
            retry: For the action `retry`: the body of each retry.

        Raises:
            RateLimitError: 429: `limit_reached`.
            BadRequestError: 413: `quota_exceeded`.
        """
        answer: BulkPreview | BulkJob = self._client.request(
            "POST",
            "/v1/sessions/bulk",
            body=without_none({"action": action, "filter": filter, "dry_run": dry_run, "rate": rate, "retry": retry}),
            options=options,
        )
        return answer

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, **options: Unpack[RequestOptions]
    ) -> Page[BulkJob]:
        """List jobs, newest first.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
        """
        return self._client.get_page("/v1/sessions/bulk", {"limit": limit, "cursor": cursor}, options)

    def get(self, job_id: str, **options: Unpack[RequestOptions]) -> BulkJob:
        """Read a job and how far it is.

        Raises:
            NotFoundError: 404: `bulk_job_not_found`, `route_not_found`.
        """
        answer: BulkJob = self._client.request(
            "GET", path_of("/v1/sessions/bulk/{job_id}", job_id=job_id), options=options
        )
        return answer

    def list_items(
        self,
        job_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        outcome: Literal["pending", "done", "refused", "failed", "not_done"] | None = None,
        **options: Unpack[RequestOptions],
    ) -> Page[BulkItem]:
        """List the sessions of a job and what became of each, in the order of the job.

        Args:
            limit: How many items a page has at most. Default: 50.
            cursor: `next_cursor` of the page before.
            outcome: Only sessions of which this became.

        Raises:
            BadRequestError: 400: `invalid_cursor`.
            NotFoundError: 404: `bulk_job_not_found`, `route_not_found`.
        """
        return self._client.get_page(
            path_of("/v1/sessions/bulk/{job_id}/items", job_id=job_id),
            {"limit": limit, "cursor": cursor, "outcome": outcome},
            options,
        )

    def cancel(self, job_id: str, **options: Unpack[RequestOptions]) -> BulkJob:
        """End a job at once. What it has done stays done.

        Raises:
            NotFoundError: 404: `bulk_job_not_found`, `route_not_found`.
            ConflictError: 409: `bulk_job_ended`.
        """
        answer: BulkJob = self._client.request(
            "POST", path_of("/v1/sessions/bulk/{job_id}/cancel", job_id=job_id), options=options
        )
        return answer
