import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  AgentProfile,
  Deleted,
  ForkRequest,
  InboxEvent,
  InboxReceipt,
  PageQuery,
  ReplayRequest,
  RetryRequest,
  RewindRequest,
  RewoundSession,
  RunRequest,
  Session,
  SessionDiff,
  SessionDiffQuery,
  SessionLogItem,
  SessionsListEventsQuery,
  SessionsListQuery,
  SessionsTurnContextQuery,
  SessionsUpdateParams,
  SessionWhy,
  TerminatedSessions,
  Transcript,
  TranscriptMessage,
  TurnContext,
  TurnDecision,
  TurnDiff,
  TurnTimes,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** Sessions under the id of their agent. A session of another agent is not found here. */
export class AgentSessions extends Resource {
  /**
   * Start a session without following it. `agentRuns.start` gives a handle that follows and steers it. Needs a key
   * with scope `run`.
   * @throws BadRequestError `message_too_large`, `image_too_large`, `too_many_images`, `unknown_model`,
   * `unknown_tool`
   * @throws BudgetError `budget_exhausted`, `agent_suspended`
   * @throws PermissionDeniedError `agent_terminated`
   * @throws NotFoundError `agent_not_found`
   * @throws ConflictError `no_provider`
   * @throws RateLimitError `too_many_sessions`
   */
  create(agentId: string, body: RunRequest, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({ method: 'POST', path: path`/v1/agents/${agentId}/sessions`, body, options });
  }

  /**
   * List the sessions of an agent that filters find, newest first. Needs a key with scope `read`.
   * @throws NotFoundError `agent_not_found`
   */
  list(agentId: string, query?: SessionsListQuery, options?: RequestOptions): PagePromise<Session> {
    return this.client.getPage(path`/v1/agents/${agentId}/sessions`, query, options);
  }

  /**
   * Steer a session: a message, an interrupt, an answer to what a tool call waits for. The agent reads it at the
   * next turn boundary. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`, `no_such_tool_use`
   * @throws ConflictError `session_ended`, `session_interrupted`, `already_answered`, `approval_expired`,
   * `policy_outranked`
   * @throws BadRequestError `unknown_event_type`, `message_too_large`, `image_too_large`, `too_many_images`
   */
  sendEvent(agentId: string, sessionId: string, body: InboxEvent, options?: RequestOptions): ApiPromise<InboxReceipt> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/events`,
      body,
      options,
    });
  }

  /**
   * Read the event log, oldest first. `agentRuns.attach` follows it live. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  listEvents(
    agentId: string,
    sessionId: string,
    query?: SessionsListEventsQuery,
    options?: RequestOptions,
  ): PagePromise<SessionLogItem> {
    return this.client.getPage(path`/v1/agents/${agentId}/sessions/${sessionId}/events`, query, options);
  }

  /**
   * Read a session. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  get(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({ method: 'GET', path: path`/v1/agents/${agentId}/sessions/${sessionId}`, options });
  }

  /**
   * Say why a session stands where it stands, and what would have it go on. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  why(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<SessionWhy> {
    return this.client.request({ method: 'GET', path: path`/v1/agents/${agentId}/sessions/${sessionId}/why`, options });
  }

  /**
   * Change the cap, the turns or the metadata of a live session. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_ended`
   */
  update(
    agentId: string,
    sessionId: string,
    body: SessionsUpdateParams,
    options?: RequestOptions,
  ): ApiPromise<Session> {
    return this.client.request({
      method: 'PATCH',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}`,
      body,
      options,
    });
  }

  /**
   * Erase an ended session. Needs a key with scope `admin`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_not_ended`
   */
  delete(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/agents/${agentId}/sessions/${sessionId}`, options });
  }

  /**
   * End a live session at once, whatever it is doing. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_ended`
   */
  terminate(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/terminate`,
      options,
    });
  }

  /**
   * Have an ended session go on, as the same session. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_not_ended`, `session_completed`, `turns_used_up`, `effect_unknown`, `effects_executed`,
   * `no_provider`
   * @throws BudgetError `budget_exhausted`, `agent_suspended`
   * @throws PermissionDeniedError `agent_terminated`
   * @throws BadRequestError `unknown_model`
   * @throws RateLimitError `too_many_sessions`
   */
  retry(agentId: string, sessionId: string, body?: RetryRequest, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/retry`,
      body,
      options,
    });
  }

  /**
   * Start a session that begins with the transcript of this one, up to a turn. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `turn_not_finished`, `no_provider`
   * @throws BudgetError `budget_exhausted`, `agent_suspended`
   * @throws PermissionDeniedError `agent_terminated`
   * @throws BadRequestError `unknown_model`, `unknown_tool`, `message_too_large`
   * @throws RateLimitError `too_many_sessions`
   */
  fork(agentId: string, sessionId: string, body: ForkRequest, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/fork`,
      body,
      options,
    });
  }

  /**
   * List the forks of a session, newest first. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  forks(agentId: string, sessionId: string, query?: PageQuery, options?: RequestOptions): PagePromise<Session> {
    return this.client.getPage(path`/v1/agents/${agentId}/sessions/${sessionId}/forks`, query, options);
  }

  /**
   * Take an idle or ended session back to the end of a turn, in place. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_running`, `session_is_replay`, `turn_not_finished`, `turns_used_up`, `no_provider`
   * @throws BudgetError `budget_exhausted`, `agent_suspended`
   * @throws PermissionDeniedError `agent_terminated`
   * @throws BadRequestError `unknown_model`
   * @throws RateLimitError `too_many_sessions`
   */
  rewind(
    agentId: string,
    sessionId: string,
    body: RewindRequest,
    options?: RequestOptions,
  ): ApiPromise<RewoundSession> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/rewind`,
      body,
      options,
    });
  }

  /**
   * Have a live session pause at its next boundary. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_ended`
   */
  pause(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/pause`,
      options,
    });
  }

  /**
   * Have a paused session go on. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_ended`, `agent_paused`, `tenant_paused`
   */
  resume(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/resume`,
      options,
    });
  }

  /**
   * End the live sessions of an agent at once, whatever they are doing: at most 500 in one request. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  terminateAll(agentId: string, options?: RequestOptions): ApiPromise<TerminatedSessions> {
    return this.client.request({ method: 'POST', path: path`/v1/agents/${agentId}/sessions/terminate`, options });
  }

  /**
   * Have all sessions of an agent pause, also those that are started meanwhile. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   */
  pauseAll(agentId: string, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'POST', path: path`/v1/agents/${agentId}/sessions/pause`, options });
  }

  /**
   * Have the sessions of a paused agent go on, but for those that are paused by themselves. Needs a key with scope `admin`.
   * @throws NotFoundError `agent_not_found`
   * @throws ConflictError `tenant_paused`
   */
  resumeAll(agentId: string, options?: RequestOptions): ApiPromise<AgentProfile> {
    return this.client.request({ method: 'POST', path: path`/v1/agents/${agentId}/sessions/resume`, options });
  }

  /**
   * Read the conversation, a page of turns at a time. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  transcript(
    agentId: string,
    sessionId: string,
    query?: PageQuery,
    options?: RequestOptions,
  ): PagePromise<TranscriptMessage, Transcript> {
    return this.client.getPage(path`/v1/agents/${agentId}/sessions/${sessionId}/transcript`, query, options);
  }

  /**
   * Give the messages of an ended session to a new one, with the recorded results of its tool calls. Needs a key with scope `run`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_not_ended`, `session_not_replayable`, `no_provider`
   * @throws BudgetError `budget_exhausted`, `agent_suspended`
   * @throws PermissionDeniedError `agent_terminated`
   * @throws BadRequestError `unknown_model`
   * @throws RateLimitError `too_many_sessions`
   */
  replay(agentId: string, sessionId: string, body?: ReplayRequest, options?: RequestOptions): ApiPromise<Session> {
    return this.client.request({
      method: 'POST',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/replay`,
      body,
      options,
    });
  }

  /**
   * Compare a session with another one, turn by turn. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   */
  diff(
    agentId: string,
    sessionId: string,
    query: SessionDiffQuery,
    options?: RequestOptions,
  ): PagePromise<TurnDiff, SessionDiff> {
    return this.client.getPage(path`/v1/agents/${agentId}/sessions/${sessionId}/diff`, query, options);
  }

  /**
   * Show where the time of a turn went: its stages, requests to models and tool calls. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`, `turn_not_found`
   */
  turn(agentId: string, sessionId: string, turn: number, options?: RequestOptions): ApiPromise<TurnTimes> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/turns/${turn}`,
      options,
    });
  }

  /**
   * Explain why a turn was given its model, and what it cost. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`, `turn_not_found`
   */
  turnDecision(agentId: string, sessionId: string, turn: number, options?: RequestOptions): ApiPromise<TurnDecision> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/turns/${turn}/decision`,
      options,
    });
  }

  /**
   * Show what a turn read, source by source, and what changed since an earlier turn. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`, `turn_not_found`
   */
  turnContext(
    agentId: string,
    sessionId: string,
    turn: number,
    query?: SessionsTurnContextQuery,
    options?: RequestOptions,
  ): ApiPromise<TurnContext> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/turns/${turn}/context`,
      query,
      options,
    });
  }

  /**
   * Export an ended session as a file of JSON Lines. The body of the response is unread, and comes as the service reads the
   * session: `Readable.fromWeb(response.body).pipe(createWriteStream(…))`. The file is whole if `kind` of its last line is
   * `end`. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`
   * @throws ConflictError `session_not_ended`
   */
  export(agentId: string, sessionId: string, options?: RequestOptions): ApiPromise<Response> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/export`,
      answer: 'response',
      options,
    });
  }

  /**
   * Read an image or a file of a tool, or the whole of a tool result of which the model was given only the
   * beginning. The body of the response is unread: `await response.arrayBuffer()`. Needs a key with scope `read`.
   * @throws NotFoundError `session_not_found`, `artifact_not_found`
   */
  artifact(agentId: string, sessionId: string, artifactId: string, options?: RequestOptions): ApiPromise<Response> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/agents/${agentId}/sessions/${sessionId}/artifacts/${artifactId}`,
      answer: 'response',
      options,
    });
  }
}
