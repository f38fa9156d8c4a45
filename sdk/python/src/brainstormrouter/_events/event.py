"""An event of a run, as callers see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..types import (
        AgentMessageData,
        AgentMessageDeltaData,
        AgentToolResultData,
        AgentToolUseData,
        BrBudgetWarningData,
        BrGuardrailInterventionData,
        BrModelSelectedData,
        BrRoutingSavingsData,
        SessionCompactedData,
        SessionStatusEndedData,
        SessionStatusIdleData,
        SessionStatusRunningData,
    )

ENDED = "session.status_ended"
IDLE = "session.status_idle"
MESSAGE = "agent.message"
DELTA = "agent.message_delta"
COMPACTED = "session.compacted"


@dataclass(frozen=True)
class Event:
    """An event of a run. An event of a type that this version does not know is one, too.

    Attributes:
        id: Its place in the log of the session, counted from 1, as text. `agent_runs.attach(session_id, after=event.id)`
            goes on behind it. None where the server gave none.
        type: Such as `agent.message`.
        data: Its fields, with the names of the wire (camelCase).
    """

    id: str | None
    type: str
    data: Any


if TYPE_CHECKING:
    # A checker knows the fields of `data` behind a comparison of `type`.
    class SessionStatusRunningEvent(Event):
        type: Literal["session.status_running"]
        data: SessionStatusRunningData

    class SessionStatusIdleEvent(Event):
        type: Literal["session.status_idle"]
        data: SessionStatusIdleData

    class SessionStatusEndedEvent(Event):
        type: Literal["session.status_ended"]
        data: SessionStatusEndedData

    class AgentMessageEvent(Event):
        type: Literal["agent.message"]
        data: AgentMessageData

    class AgentToolUseEvent(Event):
        type: Literal["agent.tool_use"]
        data: AgentToolUseData

    class AgentToolResultEvent(Event):
        type: Literal["agent.tool_result"]
        data: AgentToolResultData

    class BrModelSelectedEvent(Event):
        type: Literal["br.model_selected"]
        data: BrModelSelectedData

    class BrGuardrailInterventionEvent(Event):
        type: Literal["br.guardrail_intervention"]
        data: BrGuardrailInterventionData

    class BrBudgetWarningEvent(Event):
        type: Literal["br.budget_warning"]
        data: BrBudgetWarningData

    class BrRoutingSavingsEvent(Event):
        type: Literal["br.routing_savings"]
        data: BrRoutingSavingsData

    class AgentMessageDeltaEvent(Event):
        type: Literal["agent.message_delta"]
        data: AgentMessageDeltaData

    class SessionCompactedEvent(Event):
        type: Literal["session.compacted"]
        data: SessionCompactedData

    # An event of a type that this version does not know comes as well. To name it here would end the narrowing by `type`.
    SessionEvent = (
        SessionStatusRunningEvent
        | SessionStatusIdleEvent
        | SessionStatusEndedEvent
        | AgentMessageEvent
        | AgentToolUseEvent
        | AgentToolResultEvent
        | BrModelSelectedEvent
        | BrGuardrailInterventionEvent
        | BrBudgetWarningEvent
        | BrRoutingSavingsEvent
        | AgentMessageDeltaEvent
        | SessionCompactedEvent
    )
else:
    SessionEvent = Event
