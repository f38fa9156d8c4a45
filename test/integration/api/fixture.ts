import { randomBytes } from 'node:crypto';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { type ServedApi, serveApi } from '../../../api/serve-api.ts';
import { createNotifier, type Notifier } from '../../../db/notify.ts';
import { appendEvents, type NewEvent } from '../../../db/queries/event.ts';
import { lockSession, markEnded } from '../../../db/queries/session.ts';
import type { LogLine } from '../../../processes/log-line.ts';
import { loggedError } from '../../../processes/logged-error.ts';
import type { RateLimit } from '../../../processes/rate-limit.ts';
import type { StdioCommands } from '../../../processes/stdio-commands.ts';
import { ensureFirstTenant } from '../../../service/tenants/first-tenant.ts';
import { startTestDatabase, type TestDatabase } from '../../fixtures/mcp/postgres.ts';
import { checkAnswer, checkFrame } from '../../support/api-conformance.ts';

/**
 * An API with real HTTP and Postgres, whose database user has no rights of its own. There is no Temporal and no worker;
 * tests do what a worker would.
 */
export interface ApiUnderTest {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly tenantId: string;
  readonly database: TestDatabase;
  readonly notifier: Notifier;
  readonly served: ServedApi;
  /** Warnings with their errors, as the log shows them. */
  readonly warnings: string[];
  /** The lines about single failures, runs and messages. */
  readonly lines: LogLine[];
  /** Another API process on the same database. */
  another(): Promise<ServedApi>;
  stop(): Promise<void>;
}

export interface ApiOptions {
  /** Default: with the simulated provider. */
  readonly simulatedUrl?: string | null;
  readonly maxLiveSessionsPerAgent?: number;
  /** Default: this machine. */
  readonly egressAllow?: readonly string[];
  /** Default: any command. */
  readonly stdioCommands?: StdioCommands;
  readonly corsOrigins?: readonly string[];
  /** Default: none. */
  readonly rateLimit?: RateLimit;
  /** Default: that of event streams. */
  readonly slowReaderMs?: number;
  /** Default: that of event streams. */
  readonly keyCheckMs?: number;
  /** Starts a proxy to the port of the database. @returns the port of the proxy, which only the API uses */
  readonly databasePort?: (port: number) => Promise<number>;
}

/** An address at which nothing listens. */
const NOWHERE = '127.0.0.1:1';

export async function startApi(options: ApiOptions = {}): Promise<ApiUnderTest> {
  const database = await startTestDatabase();
  const { tenantId, apiKey } = await ensureFirstTenant({ databaseUrl: database.serviceUrl });
  const notifier = createNotifier({ databaseUrl: database.serviceUrl });
  const warnings: string[] = [];
  const lines: LogLine[] = [];
  const databaseUrl = new URL(database.serviceUrl);
  if (options.databasePort !== undefined) {
    databaseUrl.port = String(await options.databasePort(Number(databaseUrl.port)));
  }
  const simulatedUrl = options.simulatedUrl === undefined ? `http://${NOWHERE}` : options.simulatedUrl;
  const sealingKey = randomBytes(32).toString('hex');
  const serve = () =>
    serveApi({
      environment: {
        databaseUrl: databaseUrl.href,
        temporal: { address: NOWHERE, namespace: 'default' },
        sealingKey,
        oldSealingKeys: [],
        listen: { host: '127.0.0.1', port: 0 },
        corsOrigins: options.corsOrigins ?? [],
        workerHangMs: 20_000,
        toolTimeoutMs: 60_000,
        toolLongestMs: 600_000,
        toolCancelWaitMs: 3_000,
        modelCallsAtOnce: 600,
        toolCallsAtOnce: 300,
        stdioCommands: options.stdioCommands ?? 'any',
        egressAllow: options.egressAllow ?? ['127.0.0.1', 'localhost'],
        providers: simulatedUrl === null ? [] : [{ kind: 'simulated', apiKey: undefined, baseUrl: simulatedUrl }],
        rateLimit: options.rateLimit,
      },
      toolEnvironment: {},
      ...(options.maxLiveSessionsPerAgent === undefined
        ? {}
        : { maxLiveSessionsPerAgent: options.maxLiveSessionsPerAgent }),
      ...(options.slowReaderMs === undefined ? {} : { slowReaderMs: options.slowReaderMs }),
      ...(options.keyCheckMs === undefined ? {} : { keyCheckMs: options.keyCheckMs }),
      report: (line) => lines.push(line),
      warn: (message, error) => warnings.push(error === undefined ? message : `${message} ${logged(error)}`),
    });
  const served = await serve();
  const others: ServedApi[] = [];
  return {
    baseUrl: `http://127.0.0.1:${served.port}`,
    apiKey,
    tenantId,
    database,
    notifier,
    served,
    warnings,
    lines,
    async another() {
      const other = await serve();
      others.push(other);
      return other;
    },
    async stop() {
      await Promise.all([served, ...others].map((each) => each.close()));
      await notifier.close();
      await database.stop();
    },
  };
}

function logged(error: unknown): string {
  return JSON.stringify(loggedError(error));
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape; a wrong path fails the expectation.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

/**
 * Sends a request, with the admin key unless the headers have another. Objects are sent as JSON.
 * @throws Error if the API's description does not have the answer
 */
export async function request(
  api: Pick<ApiUnderTest, 'baseUrl' | 'apiKey'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${api.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${api.apiKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  checkAnswer({ method, path }, answer);
  return answer;
}

/** Makes an agent. @returns its id */
export async function newAgent(api: ApiUnderTest, body: object = {}): Promise<string> {
  const agentId = `agent-${randomBytes(4).toString('hex')}`;
  const { status } = await request(api, 'POST', '/v1/agent/bootstrap', { agent_id: agentId, ...body });
  if (status !== 201) throw new Error(`bootstrap answered ${status}`);
  return agentId;
}

/** Makes a session that no worker will touch. @returns its id */
export async function newSession(api: ApiUnderTest, agentId: string, body: object = {}): Promise<string> {
  const answer = await request(api, 'POST', `/v1/agents/${agentId}/sessions`, { message: 'hello', ...body });
  if (answer.status !== 201) throw new Error(`sessions answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Appends to a session's log as a worker does. With `notify` false the notification is lost. */
export async function append(
  api: ApiUnderTest,
  sessionId: string,
  events: readonly NewEvent[],
  notify = true,
): Promise<void> {
  await api.database.database.transaction(api.tenantId, async (tx) => {
    await lockSession(tx, sessionId);
    appendEvents(tx, sessionId, events);
  });
  if (notify) api.notifier.eventsAppended(sessionId);
}

export function message(turnIndex: number, text = `answer ${turnIndex}`): NewEvent {
  const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 };
  return {
    key: `message:${turnIndex}`,
    type: 'agent.message',
    data: { text, model: 'm', provider: 'p', turnIndex, usage, costUsd: 0 },
  };
}

/** Ends a session as a worker does. */
export async function end(api: ApiUnderTest, sessionId: string): Promise<void> {
  await api.database.database.transaction(api.tenantId, async (tx) => {
    await lockSession(tx, sessionId);
    markEnded(tx, sessionId, 'completed', undefined, undefined);
    appendEvents(tx, sessionId, [
      {
        key: 'ended',
        type: 'session.status_ended',
        data: { reason: 'completed', totalTurns: 1, totalCostUsd: 0, durationMs: 1 },
      },
    ]);
  });
  api.notifier.eventsAppended(sessionId);
}

export interface OpenStream {
  readonly response: Response;
  readonly events: EventSourceMessage[];
  /** Resolves once `count` events are there. */
  until(count: number): Promise<void>;
  /** Resolves when the server has closed the stream. */
  readonly closed: Promise<void>;
  leave(): void;
}

/** Follows an event stream. */
export async function openStream(
  api: Pick<ApiUnderTest, 'baseUrl' | 'apiKey'>,
  path: string,
  options: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<OpenStream> {
  const leaving = new AbortController();
  const response = await fetch(`${api.baseUrl}${path}`, {
    method: options.method ?? 'GET',
    headers: {
      authorization: `Bearer ${api.apiKey}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...options.headers,
    },
    signal: leaving.signal,
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const events: EventSourceMessage[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const parser = createParser({
    onEvent(event) {
      checkFrame(event.event ?? '', JSON.parse(event.data));
      events.push(event);
      for (const each of waiting) if (events.length >= each.count) each.resolve();
    },
  });
  const closed = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error;
  });
  return {
    response,
    events,
    until: (count) =>
      events.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    closed,
    leave: () => leaving.abort(),
  };
}
