"""The shapes of bodies, answers and events. scripts/make_types.py makes them from the OpenAPI document.

A value of a `Literal` in an answer or an event may be one that this version does not know yet.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict

import sys

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    from typing_extensions import NotRequired


class Budget(TypedDict):
    profile_daily_usd: float | None
    enforced_daily_usd: float | None
    spent_today_usd: float


class AgentProfile(TypedDict):
    agentId: str
    displayName: str
    department: str | None
    role: str
    lifecycleState: Literal['active', 'suspended', 'terminated']
    budgetDailyUsd: float | None
    contextTokens: int | None
    maxOutputTokens: int | None
    onBudget: Literal['stop', 'ask', 'downgrade'] | None
    approvalTimeoutS: float | None
    metadata: dict[str, Any]
    pausedAt: NotRequired[str]
    createdAt: str
    updatedAt: str


class ForkedFrom(TypedDict):
    """
    For a fork: the session it was forked from, and the last turn that it began with.
    """

    session_id: str
    turn: int


class SoulItem(TypedDict):
    name: str
    tokens: int


class SkillItem(TypedDict):
    name: str
    tokens: int


class ReferenceItem(TypedDict):
    name: str
    tokens: int


class Context(TypedDict):
    """
    The documents that it reads in place of those of its agent, of the kinds that are named.
    """

    soul: NotRequired[list[SoulItem]]
    skill: NotRequired[list[SkillItem]]
    reference: NotRequired[list[ReferenceItem]]


class ReplayOf(TypedDict):
    """
    Set if it replays another session.
    """

    session_id: str
    from_turn: int
    tools: Literal['recorded', 'recorded_or_read', 'live']
    on_missing: Literal['stop', 'error_result']
    recorded_models: bool
    seed: NotRequired[int]
    tried_policies: NotRequired[list[str]]


class Error(TypedDict):
    code: str
    message: str
    provider: NotRequired[str]
    model: NotRequired[str]
    status: NotRequired[int]
    by: NotRequired[str]


class Budget1(TypedDict):
    """
    With `end_reason` "budget_exhausted", with `idle_cause` "budget", and where the session was idle for money when it paused: which account is short of money, and what the next request needs.
    """

    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class Session(TypedDict):
    id: str
    agent_id: str
    status: Literal['running', 'idle', 'ended']
    idle_cause: NotRequired[Literal['awaiting_input', 'requires_action', 'budget', 'paused']]
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    turns: int
    max_turns: int
    cost_usd: float
    budget_cap_usd: float | None
    context_tokens: int | None
    max_output_tokens: int | None
    approval_timeout_s: float | None
    on_budget: Literal['stop', 'ask', 'downgrade']
    created_at: str
    retries: int
    forked_from: NotRequired[ForkedFrom]
    context: NotRequired[Context]
    replay_of: NotRequired[ReplayOf]
    paused_at: NotRequired[str]
    ended_at: NotRequired[str]
    received_bytes: int
    last_seq: int
    error: NotRequired[Error]
    budget: NotRequired[Budget1]
    metadata: dict[str, Any]
    tools: NotRequired[list[str]]
    warnings: NotRequired[list[str]]


Model: TypeAlias = str


Tool: TypeAlias = str


class UserImage(TypedDict):
    url: NotRequired[Any]
    data: str
    media_type: Literal['image/png', 'image/jpeg', 'image/gif', 'image/webp']


class InboxEvent1(TypedDict):
    type: Literal['user.message']
    text: str
    images: NotRequired[list[UserImage]]
    expected_turn: NotRequired[int]


class InboxEvent2(TypedDict):
    type: Literal['user.interrupt']
    expected_turn: NotRequired[int]


class InboxEvent3(TypedDict):
    type: Literal['user.tool_confirmation']
    tool_use_id: str
    result: Literal['allow', 'deny']
    deny_message: NotRequired[str]
    scope: NotRequired[Literal['call', 'session', 'always']]
    expected_turn: NotRequired[int]


class InboxEvent4(TypedDict):
    type: Literal['user.effect_resolution']
    tool_use_id: str
    action: Literal['retry', 'skip', 'result']
    result: NotRequired[str]
    expected_turn: NotRequired[int]


ContentItem: TypeAlias = str


class InboxEvent5(TypedDict):
    type: Literal['user.form_response']
    tool_use_id: str
    action: Literal['accept', 'decline', 'cancel']
    content: NotRequired[dict[str, str | float | bool | list[ContentItem]]]
    expected_turn: NotRequired[int]


InboxEvent: TypeAlias = InboxEvent1 | InboxEvent2 | InboxEvent3 | InboxEvent4 | InboxEvent5


class WouldBeRefusedItem(TypedDict):
    code: str
    sessions: int
    example: str


class SampleItem(TypedDict):
    id: str
    agent_id: str
    status: Literal['running', 'idle', 'ended']
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    created_at: str


class Estimate(TypedDict):
    seconds: float
    cost_usd: float
    cost_at_most_usd: float | None
    sessions_without_estimate: int


class BulkPreview(TypedDict):
    dry_run: Literal[True]
    action: Literal['retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete']
    sessions: int
    would_be_done: int
    would_be_refused: list[WouldBeRefusedItem]
    sample: list[SampleItem]
    rate: float
    estimate: Estimate


class Progress(TypedDict):
    pending: int
    done: int
    refused: int
    failed: int
    not_done: int


class Waiting(TypedDict):
    """
    Sessions that were refused for a reason which passes, such as `too_many_sessions`. They are tried again.
    """

    code: str
    message: str
    sessions: int


class Error1(TypedDict):
    code: str
    message: str


RetryRequest = TypedDict(
    'RetryRequest',
    {
        'from': NotRequired[Literal['failed_stage', 'last_turn']],
        'budget_cap_usd': NotRequired[float],
        'max_turns': NotRequired[int],
        'models': NotRequired[list[Model]],
        'unknown_effects': NotRequired[Literal['accept']],
    },
)


class Filter(TypedDict):
    """
    Which sessions: the filters of `GET /v1/sessions`, at least one. The sessions that match now are those of the job.
    """

    status: NotRequired[Literal['running', 'idle', 'ended']]
    idle_cause: NotRequired[Literal['awaiting_input', 'requires_action', 'budget', 'paused']]
    reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    error_code: NotRequired[str]
    error_text: NotRequired[str]
    agent_id: NotRequired[str]
    department: NotRequired[str]
    provider: NotRequired[str]
    model: NotRequired[str]
    tool: NotRequired[str]
    metadata_key: NotRequired[str]
    metadata_value: NotRequired[str]
    created_after: NotRequired[str]
    created_before: NotRequired[str]
    ended_after: NotRequired[str]
    ended_before: NotRequired[str]
    last_event_after: NotRequired[str]
    last_event_before: NotRequired[str]
    min_cost_usd: NotRequired[float]
    min_turns: NotRequired[int]


Retry = TypedDict(
    'Retry',
    {
        'from': NotRequired[Literal['failed_stage', 'last_turn']],
        'budget_cap_usd': NotRequired[float],
        'max_turns': NotRequired[int],
        'models': NotRequired[list[Model]],
        'unknown_effects': NotRequired[Literal['accept']],
    },
)


class BulkRequest(TypedDict):
    action: Literal['retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete']
    filter: Filter
    dry_run: NotRequired[bool]
    rate: NotRequired[float]
    retry: NotRequired[Retry]


class BulkItem(TypedDict):
    place: int
    session_id: str
    outcome: Literal['pending', 'done', 'refused', 'failed', 'not_done']
    code: NotRequired[str]
    message: NotRequired[str]
    attempts: int
    settled_at: NotRequired[str]


class Group(TypedDict):
    value: str | None
    count: int


class SessionCount(TypedDict):
    count: int
    groups: NotRequired[list[Group]]
    more_groups: NotRequired[bool]


class Stage(TypedDict):
    """
    Of a running session: the stage that is under way or comes next.
    """

    name: Literal['start', 'context', 'selection', 'model_call', 'tool_calls', 'closing']
    turn_index: int
    since: str


class Attempt(TypedDict):
    selection: int
    attempt: int
    provider: str
    model: str
    state: Literal['reserved', 'dispatched', 'settled', 'released', 'unknown']
    dispatched_at: str | None
    closed_at: str | None
    failed_type: str | None
    failed_status: int | None
    failed_message: str | None


class ToolCall(TypedDict):
    tool_use_id: str
    tool_name: str
    state: Literal['intended', 'dispatched', 'succeeded', 'failed', 'denied', 'unknown', 'not_made']
    attempts: int
    dispatched_at: str | None
    finished_at: str | None
    reason_code: str | None
    message: str | None


class ModelsOutItem(TypedDict):
    provider: str
    model: str | None
    why: str
    until: str


class PendingItem(TypedDict):
    approval_id: str
    kind: Literal['approval', 'effect_unknown', 'form']
    tool_use_id: str
    tool_name: str
    expires_at: str


class Budget2(TypedDict):
    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class Cause(TypedDict):
    of: Literal['session', 'model', 'tool', 'stage', 'workflow']
    code: str
    message: str | None
    provider: NotRequired[str]
    model: NotRequired[str]
    status: NotRequired[int]
    tool_name: NotRequired[str]
    tool_use_id: NotRequired[str]
    turn_index: NotRequired[int]


class UnblockedByItem(TypedDict):
    what: str
    method: Literal['GET', 'POST', 'PATCH', 'PUT']
    path: str
    body: NotRequired[dict[str, Any]]


class SessionWhy(TypedDict):
    session_id: str
    agent_id: str
    as_of: str
    sentence: str
    status: Literal['running', 'idle', 'ended']
    idle_cause: NotRequired[Literal['awaiting_input', 'requires_action', 'budget', 'paused']]
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    stage: NotRequired[Stage]
    waits_for: Literal['nothing', 'message', 'person', 'money', 'money_release', 'resume', 'model_answer', 'model_up', 'tool_result', 'place', 'worker', 'temporal', 'unknown']
    since: str
    until: NotRequired[str]
    attempts: list[Attempt]
    tool_calls: list[ToolCall]
    models_out: list[ModelsOutItem]
    pending: list[PendingItem]
    budget: NotRequired[Budget2]
    unread_messages: int
    causes: list[Cause]
    unblocked_by: list[UnblockedByItem]
    unknown: list[str]


class StoredEvent1(TypedDict):
    seq: int
    created_at: str


class Usage(TypedDict):
    inputTokens: int
    outputTokens: int
    cacheReadTokens: int
    estimated: NotRequired[bool]


class Dropped(TypedDict):
    """
    What the covered turns hold. All of it stays in the transcript.
    """

    turns: int
    messages: int
    toolCalls: int
    bytes: int


class Data(TypedDict):
    fromTurn: int
    toTurn: int
    previousToTurn: NotRequired[int]
    text: str
    bytes: int
    model: str
    provider: str
    usage: Usage
    costUsd: float
    costIsUpperBound: NotRequired[bool]
    dropped: Dropped


class SessionCompacted(TypedDict):
    type: Literal['session.compacted']
    data: Data


class ImageReference(TypedDict):
    id: str
    media_type: Literal['image/png', 'image/jpeg', 'image/gif', 'image/webp']
    width: int
    height: int
    bytes: int


class Stage1(TypedDict):
    stage: Literal['refresh_context', 'select_model', 'call_model', 'call_tools', 'debit_budget']
    selection: NotRequired[int]
    started_at: str
    ended_at: str | None
    waited_ms: NotRequired[int]
    queued_ms: NotRequired[int]


class Attempt1(TypedDict):
    selection: int
    attempt: int
    provider: str
    model: str
    state: str
    failed_type: str | None
    dispatched_at: str | None
    first_token_at: str | None
    last_token_at: str | None
    closed_at: str | None


class AskedItem(TypedDict):
    kind: str
    status: str
    asked_at: str
    answered_at: str | None


class ToolCall1(TypedDict):
    id: str
    tool_name: str
    state: str
    dispatches: int
    first_dispatched_at: str | None
    dispatched_at: str | None
    answered_at: str | None
    finished_at: str | None
    asked: list[AskedItem]


class TurnTimes(TypedDict):
    session_id: str
    turn_index: int
    message_ids: list[str]
    started_at: str
    ended_at: str | None
    stages: list[Stage1]
    attempts: list[Attempt1]
    tool_calls: list[ToolCall1]


class IncludedItem(TypedDict):
    id: str
    version: str
    tokens: int
    cut: NotRequired[bool]
    why: NotRequired[str]
    text: NotRequired[str]
    wholeTokens: NotRequired[int]
    foundBy: NotRequired[list[Literal['words', 'meaning']]]


class DroppedItem(TypedDict):
    id: str
    version: NotRequired[str]
    tokens: int
    why: str


class ContextSourceOfTurn(TypedDict):
    source: Literal['SOUL', 'MEMORY', 'SKILL', 'HEARTBEAT', 'WORKSPACE', 'REFERENCE']
    part: NotRequired[Literal['index', 'bodies']]
    tokens: int
    budgetTokens: int
    included: list[IncludedItem]
    dropped: list[DroppedItem]
    unread: NotRequired[int]
    search: NotRequired[Literal['words', 'words_and_meaning']]


class Before(TypedDict):
    version: str
    tokens: int


class After(TypedDict):
    version: str
    tokens: int


class Change(TypedDict):
    source: Literal['SOUL', 'MEMORY', 'SKILL', 'HEARTBEAT', 'WORKSPACE', 'REFERENCE']
    part: NotRequired[Literal['index', 'bodies']]
    id: str
    change: Literal['added', 'removed', 'changed']
    before: NotRequired[Before]
    after: NotRequired[After]
    why: NotRequired[str]
    diff: str | None


class ContextDiff(TypedDict):
    turn_index: int
    changes: list[Change]


class Context1(TypedDict):
    """
    The documents that its own turns read in place of those of its agent. A kind that is absent: those of its source. Null: those of its agent.
    """

    soul: NotRequired[dict[str, Any] | None]
    skill: NotRequired[dict[str, Any] | None]
    reference: NotRequired[dict[str, Any] | None]


class ForkRequest(TypedDict):
    from_turn: int
    message: NotRequired[str]
    max_turns: NotRequired[int]
    budget_cap_usd: NotRequired[float]
    models: NotRequired[list[Model]]
    tools: NotRequired[list[Tool]]
    context: NotRequired[Context1]
    metadata: NotRequired[dict[str, Any]]


class Context2(TypedDict):
    """
    The documents that it reads in place of those of its agent, of the kinds that are named.
    """

    soul: NotRequired[list[SoulItem]]
    skill: NotRequired[list[SkillItem]]
    reference: NotRequired[list[ReferenceItem]]


class Error2(TypedDict):
    code: str
    message: str
    provider: NotRequired[str]
    model: NotRequired[str]
    status: NotRequired[int]
    by: NotRequired[str]


class Budget3(TypedDict):
    """
    With `end_reason` "budget_exhausted", with `idle_cause` "budget", and where the session was idle for money when it paused: which account is short of money, and what the next request needs.
    """

    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class Effect(TypedDict):
    tool_use_id: str
    tool_name: str
    turn_index: int
    state: Literal['succeeded', 'failed', 'unknown']


class RewoundSession(TypedDict):
    id: str
    agent_id: str
    status: Literal['running', 'idle', 'ended']
    idle_cause: NotRequired[Literal['awaiting_input', 'requires_action', 'budget', 'paused']]
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    turns: int
    max_turns: int
    cost_usd: float
    budget_cap_usd: float | None
    context_tokens: int | None
    max_output_tokens: int | None
    approval_timeout_s: float | None
    on_budget: Literal['stop', 'ask', 'downgrade']
    created_at: str
    retries: int
    forked_from: NotRequired[ForkedFrom]
    context: NotRequired[Context2]
    replay_of: NotRequired[ReplayOf]
    paused_at: NotRequired[str]
    ended_at: NotRequired[str]
    received_bytes: int
    last_seq: int
    error: NotRequired[Error2]
    budget: NotRequired[Budget3]
    metadata: dict[str, Any]
    tools: NotRequired[list[str]]
    warnings: NotRequired[list[str]]
    effects: list[Effect]


class RewindRequest(TypedDict):
    to_turn: int
    budget_cap_usd: NotRequired[float]
    max_turns: NotRequired[int]
    models: NotRequired[list[Model]]


class TerminatedSessions(TypedDict):
    agent_id: str
    terminated: int
    more: bool


class AllTerminated(TypedDict):
    terminated: int
    more: bool


class OrderToAllSessions(TypedDict):
    paused_at: NotRequired[str]
    paused_by: NotRequired[str]


class Context3(TypedDict):
    """
    The documents that its turns read in place of those of the agent. A kind that is absent: those of the session. Null: those of the agent. Not with recorded answers.
    """

    soul: NotRequired[dict[str, Any] | None]
    skill: NotRequired[dict[str, Any] | None]
    reference: NotRequired[dict[str, Any] | None]


PathPrefix: TypeAlias = str


Host: TypeAlias = str


Scheme: TypeAlias = str


SqlVerb: TypeAlias = str


class ArgumentRule(TypedDict):
    pointer: str
    optional: NotRequired[bool]
    pattern: NotRequired[str]
    path_prefixes: NotRequired[list[PathPrefix]]
    hosts: NotRequired[list[Host]]
    schemes: NotRequired[list[Scheme]]
    sql_verbs: NotRequired[list[SqlVerb]]
    max: NotRequired[float]
    min: NotRequired[float]


class Session1(TypedDict):
    id: str
    agent_id: str
    status: Literal['running', 'idle', 'ended']
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    turns: int
    cost_usd: float
    duration_ms: int


class With(TypedDict):
    id: str
    agent_id: str
    status: Literal['running', 'idle', 'ended']
    end_reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    turns: int
    cost_usd: float
    duration_ms: int


class Call(TypedDict):
    tool_use_id: str
    tool_name: str
    args: dict[str, Any]
    state: str
    is_error: bool | None


class End(TypedDict):
    """
    What followed it. Null while it is under way.
    """

    kind: Literal['continue', 'idle', 'ended']
    reason: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]


class Session2(TypedDict):
    """
    The turn of the session of the path. Null: it has none.
    """

    messages: list[str]
    provider: str | None
    model: str | None
    text: str | None
    calls: list[Call]
    cost_usd: float
    duration_ms: int | None
    end: End | None


class With1(TypedDict):
    """
    The turn of the other session. Null: it has none.
    """

    messages: list[str]
    provider: str | None
    model: str | None
    text: str | None
    calls: list[Call]
    cost_usd: float
    duration_ms: int | None
    end: End | None


TurnDiff = TypedDict(
    'TurnDiff',
    {
        'turn_index': int,
        'differs': list[Literal['turn', 'messages', 'model', 'text', 'calls', 'arguments', 'results', 'cost', 'end']],
        'session': Session2 | None,
        'with': With1 | None,
    },
)


class ContextDocument(TypedDict):
    kind: Literal['soul', 'skill', 'workspace', 'reference']
    name: str
    tokens: int
    bytes: int
    version: int
    updated_at: str


class TimeLimits(TypedDict):
    """
    In seconds, with the defaults in place of what is not set.
    """

    connect_s: int
    first_token_s: int
    silence_s: int
    total_s: int


class ProviderDialect(TypedDict):
    stream_usage: NotRequired[bool]
    max_tokens_field: NotRequired[Literal['max_tokens', 'max_completion_tokens']]
    system_role: NotRequired[Literal['system', 'developer', 'user']]
    alternating_roles: NotRequired[bool]
    null_content: NotRequired[bool]
    prompt_cache: NotRequired[bool]
    max_images: NotRequired[int]
    audio: NotRequired[bool]
    files: NotRequired[bool]
    tool_media: NotRequired[Literal['behind', 'none']]


class Health(TypedDict):
    state: Literal['up', 'degraded', 'down']
    why: NotRequired[str]
    until: NotRequired[str]


Capability: TypeAlias = str


class Dialect(TypedDict):
    """
    Where this model differs from `dialect` of its provider.
    """

    stream_usage: NotRequired[bool]
    max_tokens_field: NotRequired[Literal['max_tokens', 'max_completion_tokens']]
    system_role: NotRequired[Literal['system', 'developer', 'user']]
    alternating_roles: NotRequired[bool]
    null_content: NotRequired[bool]
    prompt_cache: NotRequired[bool]
    max_images: NotRequired[int]
    audio: NotRequired[bool]
    files: NotRequired[bool]
    tool_media: NotRequired[Literal['behind', 'none']]


class TimeLimits1(TypedDict):
    """
    Where this model differs from `time_limits` of its provider.
    """

    connect_s: NotRequired[int]
    first_token_s: NotRequired[int]
    silence_s: NotRequired[int]
    total_s: NotRequired[int]


class Model6(TypedDict):
    id: str
    input_usd_per_mtok: NotRequired[float]
    output_usd_per_mtok: NotRequired[float]
    cache_read_usd_per_mtok: NotRequired[float]
    cache_write_usd_per_mtok: NotRequired[float]
    audio_usd_per_mtok: NotRequired[float]
    context_window: NotRequired[int]
    max_output_tokens: NotRequired[int]
    capabilities: NotRequired[list[Capability]]
    dialect: NotRequired[Dialect]
    time_limits: NotRequired[TimeLimits1]


class TimeLimitsModel(TypedDict):
    connect_s: NotRequired[int]
    first_token_s: NotRequired[int]
    silence_s: NotRequired[int]
    total_s: NotRequired[int]


class TimeLimits2(TypedDict):
    """
    Where this model differs from `time_limits` of its provider.
    """

    connect_s: NotRequired[int]
    first_token_s: NotRequired[int]
    silence_s: NotRequired[int]
    total_s: NotRequired[int]


class Model7(TypedDict):
    id: str
    input_usd_per_mtok: NotRequired[float]
    output_usd_per_mtok: NotRequired[float]
    cache_read_usd_per_mtok: NotRequired[float]
    cache_write_usd_per_mtok: NotRequired[float]
    audio_usd_per_mtok: NotRequired[float]
    context_window: NotRequired[int]
    max_output_tokens: NotRequired[int]
    capabilities: NotRequired[list[Capability]]
    dialect: NotRequired[Dialect]
    time_limits: NotRequired[TimeLimits2]


class TimeLimits3(TypedDict):
    """
    A limit that is left out stays as it is; null puts one of them, or all, back to the default.
    """

    connect_s: NotRequired[int | None]
    first_token_s: NotRequired[int | None]
    silence_s: NotRequired[int | None]
    total_s: NotRequired[int | None]


class PatchProvider(TypedDict):
    api_key: NotRequired[str]
    base_url: NotRequired[str]
    models: NotRequired[list[Model7]]
    headers: NotRequired[dict[str, str]]
    extra_body: NotRequired[dict[str, Any]]
    dialect: NotRequired[ProviderDialect]
    time_limits: NotRequired[TimeLimits3 | None]


class LearnedContext(TypedDict):
    """
    Present where the model refused a request as too long. The smaller of this and `context_window` holds.
    """

    tokens: int
    until: str


class TimeLimits4(TypedDict):
    """
    In seconds, with the defaults in place of what is not set.
    """

    connect_s: int
    first_token_s: int
    silence_s: int
    total_s: int


class Model8(TypedDict):
    id: str
    provider: str
    model: str
    protocol: str
    context_window: int
    learned_context: NotRequired[LearnedContext]
    max_output_tokens: int
    capabilities: list[str]
    input_usd_per_mtok: float
    output_usd_per_mtok: float
    time_limits: TimeLimits4
    health: Health


class Oauth(TypedDict):
    """
    Null: the server takes no tokens of OAuth.
    """

    grant: Literal['client_credentials', 'authorization_code']
    client_id: str | None
    client_secret: str | None
    scopes: list[str]
    issuer: str | None
    authorization_url: str | None
    token_url: str | None
    state: Literal['not_authorized', 'authorized', 'authorize_again', 'refused']
    why: str | None
    authorized_at: str | None
    expires_at: str | None


class McpServerHealth(TypedDict):
    state: Literal['unknown', 'up', 'down']
    why: NotRequired[str]
    until: NotRequired[str]


class WithheldMcpTool(TypedDict):
    tool: str
    reason: Literal['not_an_object', 'unusable_name', 'listed_twice', 'too_large', 'unusable_schema', 'costly_schema', 'needs_task']
    message: str


class Difference(TypedDict):
    path: str
    before: NotRequired[Any]
    after: NotRequired[Any]


class QuarantinedMcpTool(TypedDict):
    tool: str
    hash: str
    pinned_hash: str
    since: str
    times: int
    differences: list[Difference]


Arg: TypeAlias = str


Scope: TypeAlias = str


class Oauth1(TypedDict):
    """
    Lets the service get tokens for the server. It takes the place of `auth`. Left out of a PUT, what is stored is kept; null removes it.
    """

    grant: Literal['client_credentials', 'authorization_code']
    client_id: NotRequired[str | None]
    client_secret: NotRequired[str | None]
    scopes: NotRequired[list[Scope]]
    issuer: NotRequired[str | None]
    authorization_url: NotRequired[str | None]
    token_url: NotRequired[str | None]


class McpServerRequest(TypedDict):
    name: str
    transport: Literal['stdio', 'streamable-http', 'sse']
    url: NotRequired[str | None]
    command: NotRequired[str | None]
    args: NotRequired[list[Arg]]
    auth: NotRequired[str | None]
    headers: NotRequired[dict[str, Any] | None]
    oauth: NotRequired[Oauth1 | None]
    env: NotRequired[dict[str, Any] | None]


class McpTool(TypedDict):
    server_id: str
    server: str
    name: str
    model_name: str
    names: list[str]
    description: str
    input_schema: dict[str, Any]
    hash: str
    repairs: list[str]
    effect: Literal['read', 'write', 'egress']
    idempotent: bool
    verdict: Literal['allow', 'ask', 'deny']
    rule: str


class AuthorizationLink(TypedDict):
    authorization_url: str
    expires_at: str


MayChangeItem: TypeAlias = str


class AcceptMcpToolRequest(TypedDict):
    tool: str
    hash: str
    may_change: NotRequired[list[MayChangeItem]]


class AuditEntry(TypedDict):
    id: str
    kind: Literal['decision', 'dispatch', 'outcome', 'approval', 'change']
    actor: str
    action: str
    target: str
    session_id: str | None
    agent_id: str | None
    tool: str | None
    verdict: Literal['allow', 'ask', 'deny'] | None
    detail: dict[str, Any]
    seq: int | None
    hash: str | None
    created_at: str


class FirstBroken(TypedDict):
    id: str | None
    why: Literal['changed', 'missing', 'missing_before', 'missing_after', 'not_linked', 'backdated', 'head_changed', 'anchor_differs']
    message: str


class AuditVerification(TypedDict):
    ok: bool
    complete: bool
    entries: int
    head: str | None
    waiting: int
    first_broken: NotRequired[FirstBroken]


class DirectToolCall(TypedDict):
    id: str
    server_id: str
    tool: str
    model_name: str
    state: Literal['dispatched', 'succeeded', 'failed', 'unknown']
    is_error: bool | None
    output: str | None
    results: int | None
    bytes: int | None
    truncated: bool
    result_url: NotRequired[str]
    reason_code: str | None
    latency_ms: int | None
    created_at: str


class AskedDirectToolCall(TypedDict):
    id: str
    state: Literal['waiting_for_approval']
    approval_id: str
    rule: str
    expires_at: str
    next: str


class RateLimit(TypedDict):
    """
    Null: this policy does not say it.
    """

    calls: int
    per_s: float


class ToolPolicy(TypedDict):
    id: str
    tool_name: str
    agent_id: str | None
    department: str | None
    allowed: bool
    requires_approval: bool
    effect: Literal['read', 'write', 'egress'] | None
    idempotent: bool | None
    argument_rules: list[ArgumentRule] | None
    rate_limit: RateLimit | Literal['none'] | None
    allow_tainted: bool | None
    matched_names: Literal['any', 'model']
    matches: list[str]
    warning: NotRequired[str]
    updated_at: str


class RateLimit1(TypedDict):
    """
    The most calls in a time, of all tools and all sessions that the policy concerns together. Left out and null: as in `effect`; "none" states that there is no limit.
    """

    calls: int
    per_s: float


class ToolPolicyRequest(TypedDict):
    tool_name: str
    agent_id: NotRequired[str]
    department: NotRequired[str]
    allowed: bool
    requires_approval: NotRequired[bool]
    rate_limit: NotRequired[RateLimit1 | Literal['none'] | None]
    allow_tainted: NotRequired[bool | None]
    argument_rules: NotRequired[list[ArgumentRule] | None]
    effect: NotRequired[Literal['read', 'write', 'egress'] | None]
    idempotent: NotRequired[bool | None]


class ToolCheckRequest(TypedDict):
    agent_id: NotRequired[str]
    tool: str
    arguments: NotRequired[dict[str, Any]]
    tainted: NotRequired[bool]


class Agents(TypedDict):
    active: NotRequired[int]
    suspended: NotRequired[int]
    terminated: NotRequired[int]


class Block(TypedDict):
    block: Literal['human', 'project', 'system', 'general']
    entries: int
    tokens: int


class Memory(TypedDict):
    entries: int
    pinned: int
    tokens: int
    blocks: list[Block]


class Tools(TypedDict):
    unknown_tools: Literal['allow', 'ask', 'deny']
    taint: Literal['ask', 'off']
    unknown_effects: Literal['ask', 'tell']
    servers: int
    policies: int
    quarantined: int


class Approvals(TypedDict):
    pending: int


class Guardrails(TypedDict):
    rules: int
    providers: int


class GovernanceSummary(TypedDict):
    agents: Agents
    sessions_paused_at: NotRequired[str]
    memory: Memory
    tools: Tools
    approvals: Approvals
    guardrails: Guardrails


class ByKindItem(TypedDict):
    kind: Literal['decision', 'dispatch', 'outcome', 'approval', 'change']
    entries: int


class ByOperationItem(TypedDict):
    operation: str
    entries: int


class ByBlockItem(TypedDict):
    block: Literal['human', 'project', 'system', 'general']
    entries: int


class AuditStats(TypedDict):
    days: Literal[30]
    entries: int
    by_kind: list[ByKindItem]
    by_operation: list[ByOperationItem]
    by_block: list[ByBlockItem]
    denied: int


class Form(TypedDict):
    """
    With `kind` "form": what the server asks for.
    """

    mode: Literal['form']
    message: str
    requestedSchema: dict[str, Any]


class Form1(TypedDict):
    """
    With `kind` "form": what the server asks for.
    """

    mode: Literal['url']
    message: str
    url: str


class RanBeforeItem(TypedDict):
    tool_name: str
    turn_index: int
    outcome: str


class LateAnswer(TypedDict):
    """
    What the server answered to a call after it was given up. It was recorded and not applied.
    """

    outcome: str
    preview: str


class Approval(TypedDict):
    id: str
    kind: Literal['approval', 'effect_unknown', 'form']
    status: Literal['pending', 'approved', 'denied', 'answered', 'expired', 'withdrawn']
    session_id: str | None
    agent_id: str | None
    tool_use_id: str
    tool_name: str
    server_id: str
    effect: Literal['read', 'write', 'egress']
    args: dict[str, Any]
    rule: str
    turn_index: int | None
    happened: NotRequired[str]
    form: NotRequired[Form | Form1]
    cost_usd: float
    ran_before: list[RanBeforeItem]
    created_at: str
    expires_at: str
    answered_at: str | None
    answered_by: str | None
    scope: NotRequired[str]
    deny_message: NotRequired[str]
    action: NotRequired[str]
    call_state: Literal['intended', 'dispatched', 'succeeded', 'failed', 'denied', 'unknown', 'not_made'] | None
    late_answer: NotRequired[LateAnswer]


class MemoryEntry(TypedDict):
    id: str
    agent_id: str | None
    block: Literal['human', 'project', 'system', 'general']
    fact: str
    tokens: int
    pinned: bool
    created_at: str
    updated_at: str


class GuardrailRule1(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['secrets']


class GuardrailRule2(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['personal_data']
    min_confidence: NotRequired[float]
    entities: NotRequired[list[Literal['email', 'phone', 'iban', 'card', 'ip']]]
    phone_region: NotRequired[str]


class GuardrailRule3(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['prompt_injection']
    min_confidence: NotRequired[float]


Phrase: TypeAlias = str


class GuardrailRule4(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['phrases']
    phrases: list[Phrase]
    whole_words: NotRequired[bool]
    min_confidence: NotRequired[float]


Term: TypeAlias = str


class GuardrailRule5(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['topic']
    topic: str
    terms: list[Term]
    min_terms: NotRequired[int]


class GuardrailRule6(TypedDict):
    id: str
    hooks: list[Any]
    action: Literal['warn', 'block']
    enabled: NotRequired[bool]
    kind: Literal['answer_schema']
    schema: dict[str, Any]


class GuardrailRule7(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'block']
    enabled: NotRequired[bool]
    kind: Literal['size']
    max_characters: int


class GuardrailRule8(TypedDict):
    id: str
    hooks: list[Literal['input', 'output', 'tool_args', 'tool_result']]
    action: Literal['warn', 'redact', 'block']
    enabled: NotRequired[bool]
    kind: Literal['provider']
    provider: str


GuardrailRule: TypeAlias = GuardrailRule1 | GuardrailRule2 | GuardrailRule3 | GuardrailRule4 | GuardrailRule5 | GuardrailRule6 | GuardrailRule7 | GuardrailRule8


class GuardrailProvider(TypedDict):
    id: str
    name: str
    url: str
    api_key: str | None
    timeout_ms: int
    on_failure: Literal['open', 'closed']
    created_at: str


class GuardrailProviderRequest(TypedDict):
    name: str
    url: str
    api_key: NotRequired[str]
    timeout_ms: NotRequired[int]
    on_failure: NotRequired[Literal['open', 'closed']]


class GuardrailTemplate(TypedDict):
    id: str
    name: str
    description: str
    rules: list[GuardrailRule]


class ApiKey(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[Literal['admin', 'run', 'read']]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None


class Limit(TypedDict):
    name: str
    what: str
    kind: Literal['stored', 'at_once', 'rate', 'size', 'session']
    unit: str
    used: float | None
    limit: float
    default: float


class Sessions(TypedDict):
    running: int
    idle: int


class Tenant(TypedDict):
    id: str
    name: str
    created_at: str
    status: Literal['active', 'suspended']
    suspended_at: str | None
    suspended_sessions: Literal['pause', 'terminate'] | None
    weight: int
    sessions: Sessions
    last_minute: dict[str, float]
    held: dict[str, float]
    limits: dict[str, float]


class OAuthClientDocument(TypedDict):
    client_id: str
    client_name: str
    client_uri: str
    redirect_uris: list[str]
    grant_types: list[str]
    response_types: list[str]
    token_endpoint_auth_method: Literal['none']
    application_type: Literal['web']


class Rewound(TypedDict):
    """
    Where turns were taken out of the transcript: the first and the last of them. Their events stay in the log.
    """

    fromTurn: int
    throughTurn: int


class ForkedFrom2(TypedDict):
    """
    In the first event of a fork: the session it was forked from, and the last turn that it begins with.
    """

    sessionId: str
    turn: int


class SessionStatusRunningData(TypedDict):
    sessionId: str
    agentId: str
    maxTurns: int
    budgetCapUsd: float | None
    retryOf: NotRequired[Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']]
    rewound: NotRequired[Rewound]
    forkedFrom: NotRequired[ForkedFrom2]
    replayOf: NotRequired[str]
    tools: NotRequired[list[str]]
    warnings: NotRequired[list[str]]


class SessionStatusRunningEvent(TypedDict):
    type: Literal['session.status_running']
    data: SessionStatusRunningData


class Form2(TypedDict):
    """
    With `kind` "form": what the server asks for.
    """

    mode: Literal['form']
    message: str
    requestedSchema: dict[str, Any]


class Form3(TypedDict):
    """
    With `kind` "form": what the server asks for.
    """

    mode: Literal['url']
    message: str
    url: str


class RanBeforeItem1(TypedDict):
    toolName: str
    turnIndex: int
    outcome: Literal['succeeded', 'failed', 'denied', 'unknown']


class PendingItem1(TypedDict):
    toolUseId: str
    toolName: str
    args: dict[str, Any]
    expiresAt: str
    kind: Literal['approval', 'effect_unknown', 'form']
    approvalId: str
    server: str
    effect: Literal['read', 'write', 'egress']
    rule: str
    turnIndex: int
    happened: NotRequired[str]
    form: NotRequired[Form2 | Form3]
    costUsd: float
    ranBefore: list[RanBeforeItem1]


class Budget4(TypedDict):
    """
    With `cause` "budget": which account is short of money, and what the next request needs.
    """

    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class SessionStatusIdleData(TypedDict):
    cause: Literal['awaiting_input', 'requires_action', 'budget', 'paused']
    pending: NotRequired[list[PendingItem1]]
    idleTimeoutMs: int
    pausedBy: NotRequired[str]
    budget: NotRequired[Budget4]


class SessionStatusIdleEvent(TypedDict):
    type: Literal['session.status_idle']
    data: SessionStatusIdleData


class Budget5(TypedDict):
    """
    With `reason` "budget_exhausted": which account it was, and what the next request would have needed.
    """

    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class SessionStatusEndedData(TypedDict):
    reason: Literal['completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated']
    totalTurns: int
    totalCostUsd: float
    durationMs: int
    error: NotRequired[Error2]
    undelivered: NotRequired[int]
    stoppedBy: NotRequired[Literal['length', 'content-filter', 'refusal', 'empty']]
    budget: NotRequired[Budget5]


class SessionStatusEndedEvent(TypedDict):
    type: Literal['session.status_ended']
    data: SessionStatusEndedData


class AgentMessageData(TypedDict):
    text: str
    model: str
    turnIndex: int
    provider: str
    usage: Usage
    costUsd: float
    partial: NotRequired[bool]
    stoppedBy: NotRequired[Literal['length', 'content-filter', 'refusal', 'empty']]
    cutForBudget: NotRequired[bool]
    costIsUpperBound: NotRequired[bool]
    withheld: NotRequired[bool]


class AgentMessageEvent(TypedDict):
    type: Literal['agent.message']
    data: AgentMessageData


class AgentToolUseData(TypedDict):
    toolName: str
    args: dict[str, Any]
    toolUseId: str
    server: str
    turnIndex: int
    permission: Literal['allow', 'ask', 'deny']


class AgentToolUseEvent(TypedDict):
    type: Literal['agent.tool_use']
    data: AgentToolUseData


class AgentToolResultData(TypedDict):
    toolName: str
    results: int
    latencyMs: int
    turnIndex: int
    toolUseId: str
    isError: bool
    preview: str
    bytes: int
    truncated: NotRequired[bool]
    artifactId: NotRequired[str]
    imageIds: NotRequired[list[str]]
    fileIds: NotRequired[list[str]]


class AgentToolResultEvent(TypedDict):
    type: Literal['agent.tool_result']
    data: AgentToolResultData


class Candidate(TypedDict):
    model: str
    draw: float | None
    posteriorMean: float
    expectedCostUsd: float | None
    eligible: bool
    why: NotRequired[str]


class Failed(TypedDict):
    """
    The request of this turn that failed before this selection; with `reason` "failover", or with "downgrade".
    """

    model: str
    provider: str
    type: str
    status: NotRequired[int]
    message: NotRequired[str]


class Budget6(TypedDict):
    """
    With `reason` "downgrade": which account is short of money, and what the cheapest model of the run would have needed for the usual prompt.
    """

    account: Literal['run', 'agent_day']
    spentUsd: float
    capUsd: float
    neededUsd: float
    excessUsd: NotRequired[float]


class BrModelSelectedData(TypedDict):
    model: str
    provider: str
    strategy: Literal['thompson']
    turnIndex: int
    reason: str
    candidates: list[Candidate]
    propensity: float
    messageIds: NotRequired[list[str]]
    failed: NotRequired[Failed]
    budget: NotRequired[Budget6]


class BrModelSelectedEvent(TypedDict):
    type: Literal['br.model_selected']
    data: BrModelSelectedData


class Span(TypedDict):
    start: int
    end: int


class BrGuardrailInterventionData(TypedDict):
    guardrail: str
    stage: Literal['input', 'output', 'tool_args', 'tool_result']
    action: Literal['warn', 'redact', 'block']
    reasonCode: str
    message: str
    turnIndex: int
    confidence: NotRequired[float]
    found: NotRequired[list[str]]
    spans: NotRequired[list[Span]]


class BrGuardrailInterventionEvent(TypedDict):
    type: Literal['br.guardrail_intervention']
    data: BrGuardrailInterventionData


class BrBudgetWarningData(TypedDict):
    spentUsd: float
    capUsd: float
    remainingUsd: float
    scope: Literal['run', 'agent_day']
    threshold: float
    neededUsd: NotRequired[float]
    reservedUsd: NotRequired[float]


class BrBudgetWarningEvent(TypedDict):
    type: Literal['br.budget_warning']
    data: BrBudgetWarningData


class BrRoutingSavingsData(TypedDict):
    turnIndex: int
    model: str
    costUsd: float
    baselineModel: str
    baselineCostUsd: float
    savingsUsd: float
    interval: list[Any]
    method: str


class BrRoutingSavingsEvent(TypedDict):
    type: Literal['br.routing_savings']
    data: BrRoutingSavingsData


class SessionCompactedData(TypedDict):
    fromTurn: int
    toTurn: int
    previousToTurn: NotRequired[int]
    text: str
    bytes: int
    model: str
    provider: str
    usage: Usage
    costUsd: float
    costIsUpperBound: NotRequired[bool]
    dropped: Dropped


class AgentMessageDeltaData(TypedDict):
    turnIndex: int
    attempt: int
    offset: int
    text: str
    model: str
    provider: str
    restart: NotRequired[Literal[True]]


class AgentBootstrapBody(TypedDict):
    agent_id: str
    display_name: NotRequired[str]
    budget_daily_usd: NotRequired[float]
    department: NotRequired[str]
    context_tokens: NotRequired[int]
    max_output_tokens: NotRequired[int]
    on_budget: NotRequired[Literal['stop', 'ask', 'downgrade']]
    approval_timeout_s: NotRequired[float]
    metadata: NotRequired[dict[str, Any]]


class AgentProfilesListAnswer(TypedDict):
    data: list[AgentProfile]
    next_cursor: str | None


class AgentProfilesCreateBody(TypedDict):
    displayName: NotRequired[str]
    display_name: NotRequired[str]
    department: NotRequired[str | None]
    budgetDailyUsd: NotRequired[float | None]
    budget_daily_usd: NotRequired[float | None]
    contextTokens: NotRequired[int | None]
    context_tokens: NotRequired[int | None]
    maxOutputTokens: NotRequired[int | None]
    max_output_tokens: NotRequired[int | None]
    onBudget: NotRequired[Literal['stop', 'ask', 'downgrade'] | None]
    on_budget: NotRequired[Literal['stop', 'ask', 'downgrade'] | None]
    approvalTimeoutS: NotRequired[float | None]
    approval_timeout_s: NotRequired[float | None]
    metadata: NotRequired[dict[str, Any]]
    agentId: NotRequired[str]
    agent_id: NotRequired[str]


class AgentProfilesUpdateBody(TypedDict):
    displayName: NotRequired[str]
    display_name: NotRequired[str]
    department: NotRequired[str | None]
    budgetDailyUsd: NotRequired[float | None]
    budget_daily_usd: NotRequired[float | None]
    contextTokens: NotRequired[int | None]
    context_tokens: NotRequired[int | None]
    maxOutputTokens: NotRequired[int | None]
    max_output_tokens: NotRequired[int | None]
    onBudget: NotRequired[Literal['stop', 'ask', 'downgrade'] | None]
    on_budget: NotRequired[Literal['stop', 'ask', 'downgrade'] | None]
    approvalTimeoutS: NotRequired[float | None]
    approval_timeout_s: NotRequired[float | None]
    metadata: NotRequired[dict[str, Any]]


class AgentProfilesDeleteAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class AgentProfilesTransitionBody(TypedDict):
    state: Literal['active', 'suspended', 'terminated']


class AgentRunsListAnswer(TypedDict):
    data: list[Session]
    next_cursor: str | None


class AgentRunsSendEventAnswer(TypedDict):
    id: str
    inbox_seq: int
    status: Literal['queued']
    disposition: NotRequired[Literal['queued', 'woke', 'joined']]


class SessionsSendEventAnswer(TypedDict):
    id: str
    inbox_seq: int
    status: Literal['queued']
    disposition: NotRequired[Literal['queued', 'woke', 'joined']]


class BulkJobsListItemsAnswer(TypedDict):
    data: list[BulkItem]
    next_cursor: str | None


class SessionsListAnswer(TypedDict):
    data: list[Session]
    next_cursor: str | None


class AgentRunsUpdateBody(TypedDict):
    budget_cap_usd: NotRequired[float]
    max_turns: NotRequired[int]
    metadata: NotRequired[dict[str, Any]]


class AgentRunsDeleteAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class AgentRunsTranscriptItem1(TypedDict):
    role: Literal['user']
    turn_index: int
    text: str
    images: NotRequired[list[ImageReference]]


class ToolCall2(TypedDict):
    tool_use_id: str
    tool_name: str
    args: dict[str, Any]


class AgentRunsTranscriptItem2(TypedDict):
    role: Literal['assistant']
    turn_index: int
    text: str
    model: str
    provider: str
    tool_calls: list[ToolCall2]


class AgentRunsTranscriptItem3(TypedDict):
    role: Literal['tool']
    turn_index: int
    tool_use_id: str
    tool_name: str
    output: str | None
    is_error: bool
    state: str
    artifact_id: NotRequired[str]
    images: NotRequired[list[ImageReference]]


AgentRunsTranscriptItem: TypeAlias = AgentRunsTranscriptItem1 | AgentRunsTranscriptItem2 | AgentRunsTranscriptItem3


class Summary(TypedDict):
    from_turn: int
    to_turn: int
    text: str
    model: str
    provider: str
    created_at: str


class AgentRunsTranscriptAnswer(TypedDict):
    data: list[AgentRunsTranscriptItem]
    next_cursor: str | None
    summaries: list[Summary]


class InputBound(TypedDict):
    """
    The most input tokens that can be billed: by what the model reported for an earlier request of the session and the bytes added since, by the bytes of the whole request, or, where neither fits the money that is left, by the count of the provider and a margin, or by the tokenizer of the model.
    """

    tokens: int
    by: Literal['counted', 'tokenized', 'reported', 'bytes']


class Candidate1(TypedDict):
    provider: str
    model: str
    draw: float | None
    posterior_mean: float
    expected_cost_usd: float
    input_bound: NotRequired[InputBound]
    least_cost_usd: NotRequired[float]
    prompt_tokens: NotRequired[int]
    max_tokens: NotRequired[int]
    left_out: NotRequired[Literal['nothing', 'old', 'current']]
    eligible: bool
    why: NotRequired[str]


class Window(TypedDict):
    turns_whole: int
    turns_cut: int
    turns_left_out: int
    latest_results_cut: bool
    messages_cut: int
    messages_left_out: int
    latest_message_cut: bool


class Selection(TypedDict):
    selection: int
    provider: str
    model: str
    reason: str
    candidates: list[Candidate1]
    propensity: float
    max_tokens: int
    prompt_tokens: NotRequired[int]
    window: NotRequired[Window]
    failed_type: str | None
    failed_status: int | None
    failed_message: str | None


class UnservedItem(TypedDict):
    provider: str
    model: str
    draw: float | None
    posterior_mean: float
    expected_cost_usd: float
    input_bound: NotRequired[InputBound]
    least_cost_usd: NotRequired[float]
    prompt_tokens: NotRequired[int]
    max_tokens: NotRequired[int]
    left_out: NotRequired[Literal['nothing', 'old', 'current']]
    eligible: bool
    why: NotRequired[str]


class Attempt2(TypedDict):
    selection: int
    attempt: int
    state: str
    reserved_usd: float
    charged_usd: float
    excess_usd: float
    failed_type: str | None


class AgentRunsTurnDecisionAnswer(TypedDict):
    session_id: str
    turn_index: int
    task_class: str
    selections: list[Selection]
    unserved: NotRequired[list[UnservedItem]]
    attempts: list[Attempt2]


class Manifest(TypedDict):
    """
    What the prompt was made of beside the transcript.
    """

    sources: list[ContextSourceOfTurn]
    tokenRatio: NotRequired[float]


class AgentRunsTurnContextAnswer(TypedDict):
    session_id: str
    turn_index: int
    manifest: Manifest
    diff: NotRequired[ContextDiff]
    system: str
    volatile: str


class SessionsUpdateBody(TypedDict):
    budget_cap_usd: NotRequired[float]
    max_turns: NotRequired[int]
    metadata: NotRequired[dict[str, Any]]


class SessionsDeleteAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class SessionsTranscriptItem1(TypedDict):
    role: Literal['user']
    turn_index: int
    text: str
    images: NotRequired[list[ImageReference]]


class SessionsTranscriptItem2(TypedDict):
    role: Literal['assistant']
    turn_index: int
    text: str
    model: str
    provider: str
    tool_calls: list[ToolCall2]


class SessionsTranscriptItem3(TypedDict):
    role: Literal['tool']
    turn_index: int
    tool_use_id: str
    tool_name: str
    output: str | None
    is_error: bool
    state: str
    artifact_id: NotRequired[str]
    images: NotRequired[list[ImageReference]]


SessionsTranscriptItem: TypeAlias = SessionsTranscriptItem1 | SessionsTranscriptItem2 | SessionsTranscriptItem3


class SessionsTranscriptAnswer(TypedDict):
    data: list[SessionsTranscriptItem]
    next_cursor: str | None
    summaries: list[Summary]


class Candidate2(TypedDict):
    provider: str
    model: str
    draw: float | None
    posterior_mean: float
    expected_cost_usd: float
    input_bound: NotRequired[InputBound]
    least_cost_usd: NotRequired[float]
    prompt_tokens: NotRequired[int]
    max_tokens: NotRequired[int]
    left_out: NotRequired[Literal['nothing', 'old', 'current']]
    eligible: bool
    why: NotRequired[str]


class Selection1(TypedDict):
    selection: int
    provider: str
    model: str
    reason: str
    candidates: list[Candidate2]
    propensity: float
    max_tokens: int
    prompt_tokens: NotRequired[int]
    window: NotRequired[Window]
    failed_type: str | None
    failed_status: int | None
    failed_message: str | None


class UnservedItem1(TypedDict):
    provider: str
    model: str
    draw: float | None
    posterior_mean: float
    expected_cost_usd: float
    input_bound: NotRequired[InputBound]
    least_cost_usd: NotRequired[float]
    prompt_tokens: NotRequired[int]
    max_tokens: NotRequired[int]
    left_out: NotRequired[Literal['nothing', 'old', 'current']]
    eligible: bool
    why: NotRequired[str]


class SessionsTurnDecisionAnswer(TypedDict):
    session_id: str
    turn_index: int
    task_class: str
    selections: list[Selection1]
    unserved: NotRequired[list[UnservedItem1]]
    attempts: list[Attempt2]


class SessionsTurnContextAnswer(TypedDict):
    session_id: str
    turn_index: int
    manifest: Manifest
    diff: NotRequired[ContextDiff]
    system: str
    volatile: str


class AgentRunsForksAnswer(TypedDict):
    data: list[Session]
    next_cursor: str | None


class SessionsForksAnswer(TypedDict):
    data: list[Session]
    next_cursor: str | None


class ContextListAnswer(TypedDict):
    data: list[ContextDocument]
    next_cursor: str | None


class IncludedItem1(TypedDict):
    id: str
    version: str
    tokens: int
    cut: NotRequired[bool]
    why: NotRequired[str]
    text: NotRequired[str]
    whole_tokens: NotRequired[int]
    found_by: NotRequired[list[Literal['words', 'meaning']]]


class Source(TypedDict):
    source: Literal['SOUL', 'MEMORY', 'SKILL', 'HEARTBEAT', 'WORKSPACE', 'REFERENCE']
    part: NotRequired[Literal['index', 'bodies']]
    budget_tokens: int
    tokens: int
    included: list[IncludedItem1]
    dropped: list[DroppedItem]
    unread: NotRequired[int]
    search: NotRequired[Literal['words', 'words_and_meaning']]


class ContextPreviewAnswer(TypedDict):
    agent_id: str
    session_id: NotRequired[str]
    token_ratio: float
    sources: list[Source]
    system: str
    volatile: str


class ContextListKindAnswer(TypedDict):
    data: list[ContextDocument]
    next_cursor: str | None


class EarlierVersion(TypedDict):
    version: int
    tokens: int
    bytes: int
    updated_at: str


class ContextGetAnswer(TypedDict):
    kind: Literal['soul', 'skill', 'workspace', 'reference']
    name: str
    tokens: int
    bytes: int
    version: int
    updated_at: str
    content: str
    earlier_versions: list[EarlierVersion]


class ContextPutBody(TypedDict):
    content: str


class ContextDeleteAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class ProvidersCatalogItem(TypedDict):
    provider: str
    display_name: str
    protocols: list[str]
    public_base_url: str | None
    environment_variable: str | None
    needs_api_key: bool
    needs_base_url: bool
    needs_models: bool
    default_models: list[str]
    dialect_settings: list[str]


class ProvidersCatalogAnswer(TypedDict):
    data: list[ProvidersCatalogItem]
    next_cursor: None


class Error4(TypedDict):
    type: str
    message: str


class ProvidersTestAnswer(TypedDict):
    ok: bool
    model: str
    latency_ms: int
    error: NotRequired[Error4]


class ProvidersRemoveAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class ProvidersTestConnectedAnswer(TypedDict):
    ok: bool
    model: str
    latency_ms: int
    error: NotRequired[Error4]


class BrModelsListAnswer(TypedDict):
    data: list[Model8]
    next_cursor: str | None


class BrModelsLeaderboardItem(TypedDict):
    provider: str
    model: str
    task_class: str
    mean_reward: float
    samples: int
    updated_at: str


class BrModelsLeaderboardAnswer(TypedDict):
    data: list[BrModelsLeaderboardItem]
    next_cursor: None


class McpRemoveServerAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class McpListToolsAnswer(TypedDict):
    data: list[McpTool]
    next_cursor: str | None


class McpAuditAnswer(TypedDict):
    data: list[AuditEntry]
    next_cursor: str | None


class McpCallToolBody(TypedDict):
    server_id: str
    tool: str
    arguments: NotRequired[dict[str, Any]]
    approval_id: NotRequired[str]
    timeout_ms: NotRequired[int]


class McpGetGovernanceAnswer(TypedDict):
    unknown_tools: Literal['allow', 'ask', 'deny']
    taint: Literal['ask', 'off']
    unknown_effects: Literal['ask', 'tell']
    policies: list[ToolPolicy]
    next_cursor: str | None


class McpUpdateGovernanceBody(TypedDict):
    unknown_tools: NotRequired[Literal['allow', 'ask', 'deny']]
    taint: NotRequired[Literal['ask', 'off']]
    unknown_effects: NotRequired[Literal['ask', 'tell']]


class McpUpdateGovernanceAnswer(TypedDict):
    unknown_tools: Literal['allow', 'ask', 'deny']
    taint: Literal['ask', 'off']
    unknown_effects: Literal['ask', 'tell']


class McpRemovePolicyAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class McpCheckCallAnswer(TypedDict):
    tool: str
    model_name: str
    verdict: Literal['allow', 'ask', 'deny']
    rule: str
    reason_code: NotRequired[str]
    reason: str
    effect: Literal['read', 'write', 'egress']
    idempotent: bool
    policies: list[str]


class GovernanceAuditAnswer(TypedDict):
    data: list[AuditEntry]
    next_cursor: str | None


class ApprovalsListAnswer(TypedDict):
    data: list[Approval]
    next_cursor: str | None


class ApprovalsApproveBody(TypedDict):
    scope: NotRequired[Literal['call', 'session', 'always']]


class ApprovalsDenyBody(TypedDict):
    deny_message: NotRequired[str]


class MemoryBlocksItem(TypedDict):
    block: Literal['human', 'project', 'system', 'general']
    entries: int
    tokens: int


class MemoryBlocksAnswer(TypedDict):
    data: list[MemoryBlocksItem]
    next_cursor: str | None


class MemoryBlockAnswer(TypedDict):
    data: list[MemoryEntry]
    next_cursor: str | None


class MemoryEntriesAnswer(TypedDict):
    data: list[MemoryEntry]
    next_cursor: str | None


class MemoryAppendBody(TypedDict):
    agent_id: NotRequired[str | None]
    fact: str
    block: NotRequired[Literal['human', 'project', 'system', 'general']]
    pinned: NotRequired[bool]


class MemoryUpdateBody(TypedDict):
    fact: NotRequired[str]
    block: NotRequired[Literal['human', 'project', 'system', 'general']]
    pinned: NotRequired[bool]


class MemoryRemoveAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class MemoryGetSettingsAnswer(TypedDict):
    language: Literal['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']
    system_block: Literal['people', 'models']


class MemoryUpdateSettingsBody(TypedDict):
    language: NotRequired[Literal['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']]
    system_block: NotRequired[Literal['people', 'models']]


class MemoryUpdateSettingsAnswer(TypedDict):
    language: Literal['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch', 'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian', 'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian', 'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']
    system_block: Literal['people', 'models']


class MemoryQueryBody(TypedDict):
    agent_id: NotRequired[str | None]
    query: str
    limit: NotRequired[int]


class MemoryQueryItem(TypedDict):
    id: str
    block: Literal['human', 'project', 'system', 'general']
    fact: str
    pinned: bool
    score: float
    found_by: list[Literal['words', 'meaning']]


class MemoryQueryAnswer(TypedDict):
    data: list[MemoryQueryItem]
    next_cursor: None


class Document(TypedDict):
    content: str
    block: NotRequired[Literal['human', 'project', 'system', 'general']]
    source: NotRequired[str]


class MemoryInitBody(TypedDict):
    agent_id: NotRequired[str | None]
    documents: list[Document]
    model: NotRequired[str | None]


class MemoryInitAnswer(TypedDict):
    created: int
    data: list[MemoryEntry]


BlockedPhrase: TypeAlias = str


class GuardrailsUpdateConfigBody(TypedDict):
    blocked_phrases: NotRequired[list[BlockedPhrase]]
    redact_secrets: NotRequired[bool | None]
    rules: NotRequired[list[GuardrailRule]]


class GuardrailsListProvidersAnswer(TypedDict):
    data: list[GuardrailProvider]
    next_cursor: str | None


class GuardrailsRemoveProviderAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class GuardrailsTemplatesAnswer(TypedDict):
    data: list[GuardrailTemplate]
    next_cursor: str | None


Provider1: TypeAlias = str


class GuardrailsTestBody(TypedDict):
    text: str
    agent_id: NotRequired[str]
    providers: NotRequired[list[Provider1]]
    hook: NotRequired[Literal['input', 'output', 'tool_args', 'tool_result']]


class Intervention(TypedDict):
    rule_id: str
    kind: str
    action: Literal['warn', 'redact', 'block']
    reason_code: str
    message: str
    confidence: float
    found: list[str]
    spans: list[Span]


class Result(TypedDict):
    hook: Literal['input', 'output', 'tool_args', 'tool_result']
    verdict: Literal['pass', 'warn', 'redact', 'block']
    text: str | None
    interventions: list[Intervention]


class GuardrailsTestAnswer(TypedDict):
    verdict: Literal['pass', 'warn', 'redact', 'block']
    results: list[Result]
    redacted_text: str
    secrets: int
    blocked_phrase: str | None
    blocked: bool


class Agent(TypedDict):
    agent_id: str
    daily_cap_usd: float | None
    spent_today_usd: float
    reserved_usd: float
    remaining_usd: float | None


class BudgetStatusAnswer(TypedDict):
    day: str
    spent_today_usd: float
    reserved_usd: float
    agents: list[Agent]


class BudgetSetLimitBody(TypedDict):
    agent_id: str
    daily_usd: float | None


class BudgetSetLimitAnswer(TypedDict):
    profile_daily_usd: float | None
    enforced_daily_usd: float | None
    spent_today_usd: float
    agent_id: str


class Model9(TypedDict):
    provider: str
    model: str
    cost_usd: float
    requests: int
    input_tokens: int
    output_tokens: int


UsageSummaryAnswer = TypedDict(
    'UsageSummaryAnswer',
    {
        'period': str,
        'from': str | None,
        'total_cost_usd': float,
        'requests': int,
        'input_tokens': int,
        'output_tokens': int,
        'models': list[Model9],
    },
)


class UsageByCostCenterItem(TypedDict):
    cost_center: str | None
    cost_usd: float
    requests: int


class UsageByCostCenterAnswer(TypedDict):
    data: list[UsageByCostCenterItem]
    next_cursor: str | None
    period: str


class UsageByOwnerItem(TypedDict):
    agent_id: str
    display_name: str
    cost_usd: float
    requests: int


class UsageByOwnerAnswer(TypedDict):
    data: list[UsageByOwnerItem]
    next_cursor: str | None
    period: str


class ApiKeysListAnswer(TypedDict):
    data: list[ApiKey]
    next_cursor: str | None


class ApiKeysCreateBody(TypedDict):
    name: NotRequired[str]
    scopes: NotRequired[list[Literal['admin', 'run', 'read']]]
    expires_at: NotRequired[str]


class ApiKeysCreateAnswer(TypedDict):
    id: str
    name: str
    prefix: str
    scopes: list[Literal['admin', 'run', 'read']]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    key: NotRequired[str]


class ApiKeysRevokeAnswer(TypedDict):
    id: str
    deleted: Literal[True]


class LimitsGetAnswer(TypedDict):
    data: list[Limit]
    next_cursor: None


class TenantsListAnswer(TypedDict):
    data: list[Tenant]
    next_cursor: str | None


class TenantsCreateBody(TypedDict):
    name: str


class ApiKey1(TypedDict):
    """
    The first key of the tenant, with scope admin.
    """

    id: str
    name: str
    prefix: str
    scopes: list[Literal['admin', 'run', 'read']]
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    key: NotRequired[str]


class TenantsCreateAnswer(TypedDict):
    id: str
    name: str
    api_key: ApiKey1


class TenantsGetAnswer(TypedDict):
    id: str
    name: str
    created_at: str
    status: Literal['active', 'suspended']
    suspended_at: str | None
    suspended_sessions: Literal['pause', 'terminate'] | None
    weight: int
    sessions: Sessions
    last_minute: dict[str, float]
    held: dict[str, float]
    limits: dict[str, float]
    use: list[Limit]


class TenantsUpdateBody(TypedDict):
    name: NotRequired[str]
    weight: NotRequired[int]
    limits: NotRequired[dict[str, int | None]]


class TenantsSuspendBody(TypedDict):
    sessions: NotRequired[Literal['pause', 'terminate']]


class HealthLiveAnswer(TypedDict):
    status: Literal['ok']


class Dependencies(TypedDict):
    postgres: bool
    temporal: bool
    workers: NotRequired[bool]


class HealthReadyAnswer(TypedDict):
    status: Literal['ok', 'degraded', 'unavailable']
    dependencies: Dependencies


ServiceOpenapiAnswer: TypeAlias = dict[str, Any]


class AgentBootstrap(TypedDict):
    profile: AgentProfile
    budget: Budget
    next_steps: dict[str, str]


class RunRequest(TypedDict):
    message: str
    images: NotRequired[list[UserImage]]
    max_turns: NotRequired[int]
    budget_cap_usd: NotRequired[float]
    context_tokens: NotRequired[int]
    max_output_tokens: NotRequired[int]
    on_complete: NotRequired[Literal['end', 'idle']]
    on_budget: NotRequired[Literal['stop', 'ask', 'downgrade']]
    idle_timeout_s: NotRequired[float]
    approval_timeout_s: NotRequired[float]
    models: NotRequired[list[Model]]
    tools: NotRequired[list[Tool]]
    metadata: NotRequired[dict[str, Any]]


class BulkJob(TypedDict):
    id: str
    action: Literal['retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete']
    filter: dict[str, Any]
    retry: NotRequired[RetryRequest]
    rate: float
    status: Literal['running', 'completed', 'cancelled', 'failed']
    sessions: int
    progress: Progress
    waiting: NotRequired[Waiting]
    estimate: Estimate
    seconds_left: NotRequired[float]
    created_by: str
    created_at: str
    ended_at: NotRequired[str]
    error: NotRequired[Error1]


class StoredEvent2(SessionStatusRunningEvent, StoredEvent1):
    pass


class StoredEvent3(SessionStatusIdleEvent, StoredEvent1):
    pass


class StoredEvent4(SessionStatusEndedEvent, StoredEvent1):
    pass


class StoredEvent5(AgentMessageEvent, StoredEvent1):
    pass


class StoredEvent6(AgentToolUseEvent, StoredEvent1):
    pass


class StoredEvent7(AgentToolResultEvent, StoredEvent1):
    pass


class StoredEvent8(BrModelSelectedEvent, StoredEvent1):
    pass


class StoredEvent9(BrGuardrailInterventionEvent, StoredEvent1):
    pass


class StoredEvent10(BrBudgetWarningEvent, StoredEvent1):
    pass


class StoredEvent11(BrRoutingSavingsEvent, StoredEvent1):
    pass


StoredEvent: TypeAlias = StoredEvent2 | StoredEvent3 | StoredEvent4 | StoredEvent5 | StoredEvent6 | StoredEvent7 | StoredEvent8 | StoredEvent9 | StoredEvent10 | StoredEvent11


class StoredCompaction(SessionCompacted):
    id: str
    seq: int
    created_at: str


class Policy1(TypedDict):
    tool_name: str
    allowed: bool
    requires_approval: NotRequired[bool]
    effect: NotRequired[Literal['read', 'write', 'egress']]
    idempotent: NotRequired[bool]
    argument_rules: NotRequired[list[ArgumentRule]]
    allow_tainted: NotRequired[bool]


class Policy(TypedDict):
    """
    The policies by which its calls are judged, in place of all that concern the agent. A call that they deny is denied; one that was denied when it was recorded, and is allowed now, has no recorded result. Only with `tools` `recorded`, and not with recorded answers.
    """

    policies: list[Policy1]
    unknown_tools: NotRequired[Literal['allow', 'ask', 'deny']]
    taint: NotRequired[Literal['ask', 'off']]


class ReplayRequest(TypedDict):
    from_turn: NotRequired[int]
    tools: NotRequired[Literal['recorded', 'recorded_or_read', 'live']]
    on_missing: NotRequired[Literal['stop', 'error_result']]
    models: NotRequired[Literal['recorded'] | list[Model]]
    context: NotRequired[Context3]
    policy: NotRequired[Policy]
    seed: NotRequired[int]


SessionDiff = TypedDict(
    'SessionDiff',
    {
        'data': list[TurnDiff],
        'next_cursor': str | None,
        'session': Session1,
        'with': With,
    },
)


class Provider(TypedDict):
    id: str
    provider: str
    name: str
    base_url: str | None
    api_key: str | None
    models: list[str]
    headers: dict[str, str]
    extra_body: dict[str, Any]
    dialect: ProviderDialect
    time_limits: TimeLimits
    health: Health
    source: Literal['api', 'environment', 'embedded']
    created_at: str | None


class RegisterProvider(TypedDict):
    provider: str
    api_key: NotRequired[str]
    base_url: NotRequired[str]
    name: NotRequired[str]
    models: NotRequired[list[Model6]]
    headers: NotRequired[dict[str, str]]
    extra_body: NotRequired[dict[str, Any]]
    dialect: NotRequired[ProviderDialect]
    time_limits: NotRequired[TimeLimitsModel]


class McpServer(TypedDict):
    id: str
    name: str
    transport: Literal['bundled', 'stdio', 'streamable-http', 'sse']
    url: str | None
    command: str | None
    args: list[str]
    auth: str | None
    headers: dict[str, str]
    env: dict[str, str]
    health: McpServerHealth
    oauth: Oauth | None
    tool_count: int | None
    withheld: list[WithheldMcpTool]
    warnings: list[str]
    quarantined: list[QuarantinedMcpTool]
    missing: list[str]
    discovered_at: str | None
    created_at: str | None


class GuardrailConfig(TypedDict):
    blocked_phrases: list[str]
    redact_secrets: bool
    rules: list[GuardrailRule]
    effective: list[GuardrailRule]


SessionEvent: TypeAlias = SessionStatusRunningEvent | SessionStatusIdleEvent | SessionStatusEndedEvent | AgentMessageEvent | AgentToolUseEvent | AgentToolResultEvent | BrModelSelectedEvent | BrGuardrailInterventionEvent | BrBudgetWarningEvent | BrRoutingSavingsEvent


AgentRunsListEventsItem: TypeAlias = StoredEvent | StoredCompaction


class AgentRunsListEventsAnswer(TypedDict):
    data: list[AgentRunsListEventsItem]
    next_cursor: str | None


SessionsListEventsItem: TypeAlias = StoredEvent | StoredCompaction


class SessionsListEventsAnswer(TypedDict):
    data: list[SessionsListEventsItem]
    next_cursor: str | None


class BulkJobsListAnswer(TypedDict):
    data: list[BulkJob]
    next_cursor: str | None


class ProvidersListAnswer(TypedDict):
    data: list[Provider]
    next_cursor: str | None


class McpListServersAnswer(TypedDict):
    data: list[McpServer]
    next_cursor: str | None


class McpDiscoverServerAnswer(TypedDict):
    server: McpServer
    tools: list[McpTool]
