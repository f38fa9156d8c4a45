import { checkAnswer } from './api-conformance.ts';
import { type EventWatch, watchEvents } from './event-watch.ts';

/** A 202 of `POST …/events`. The check of the invariants looks for its row. */
export interface AcceptedEvent {
  readonly sessionId: string;
  readonly id: string;
  readonly inboxSeq: number;
  readonly type: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined if there is none. */
  readonly body: unknown;
}

/** What the API acknowledged to the clients of a stack, and the streams that they watched. */
export interface ClientRecords {
  readonly sessions: Set<string>;
  readonly accepted: AcceptedEvent[];
  readonly watches: EventWatch[];
}

export interface ApiClient {
  readonly apiKey: string;
  /** Returns answers of any status. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  /** @throws Error unless the status is 2xx. The caller names the shape of the body that it relies on. */
  call<Body>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Sends `POST …/run`, like curl. The answer is the stream. */
  run(agentId: string, body: object): Promise<EventWatch>;
  /** Sends `POST …/sessions`; nobody watches the session. @returns the session id */
  createSession(agentId: string, body: object): Promise<string>;
  /** @param after the id of the last event that is not wanted, where a session that was retried is followed */
  watch(sessionId: string, after?: number): EventWatch;
  /** Sends `POST …/events`. @returns the receipt */
  steer(agentId: string, sessionId: string, event: object): Promise<AcceptedEvent>;
  session(sessionId: string): Promise<Record<string, unknown>>;
}

/** A client of the real HTTP API that remembers what it was promised. */
export function createClient(options: { baseUrl: string; apiKey: string; records: ClientRecords }): ApiClient {
  const { baseUrl, apiKey, records } = options;
  const authorization = { authorization: `Bearer ${apiKey}` };

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });

  const client: ApiClient = {
    apiKey,
    async request(method, path, body, headers) {
      const response = await send(method, path, body, headers);
      const text = await response.text();
      const answer = { status: response.status, headers: response.headers, body: parsed(text) };
      checkAnswer({ method, path }, answer);
      return answer;
    },
    async call<Body>(method: string, path: string, body?: unknown) {
      const answer = await client.request(method, path, body);
      if (answer.status < 200 || answer.status > 299) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      return answer.body as Body;
    },
    async run(agentId, body) {
      const response = await send('POST', `/v1/agents/${agentId}/run`, body, { accept: 'text/event-stream' });
      const sessionId = response.headers.get('x-session-id');
      if (!response.ok || sessionId === null) {
        throw new Error(`POST …/run: ${response.status} ${await response.text()}`);
      }
      return watch(sessionId, { first: response });
    },
    async createSession(agentId, body) {
      const { id } = await client.call<{ id: string }>('POST', `/v1/agents/${agentId}/sessions`, body);
      records.sessions.add(id);
      return id;
    },
    watch: (sessionId, after) => watch(sessionId, { after }),
    async steer(agentId, sessionId, event) {
      const path = `/v1/agents/${agentId}/sessions/${sessionId}/events`;
      const receipt = await client.call<{ id: string; inbox_seq: number }>('POST', path, event);
      const type = 'type' in event ? String(event.type) : '';
      const accepted = { sessionId, id: receipt.id, inboxSeq: receipt.inbox_seq, type };
      records.accepted.push(accepted);
      return accepted;
    },
    session: (sessionId) => client.call('GET', `/v1/sessions/${sessionId}`),
  };

  function watch(
    sessionId: string,
    { first, after = 0 }: { first?: Response; after?: number | undefined },
  ): EventWatch {
    records.sessions.add(sessionId);
    const url = `${baseUrl}/v1/sessions/${sessionId}/events?after=${after}`;
    const opened = watchEvents({ url, headers: authorization, sessionId, first });
    records.watches.push(opened);
    return opened;
  }
  return client;
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
