import { createHash, randomUUID } from 'node:crypto';
import { type FetchLike, ProtocolError } from '@modelcontextprotocol/client';
import { createSizedCache, fewBytes } from '../../domain/sized-cache.ts';
import type { UsableSchema } from '../../domain/tool-schema/usable-schema.ts';
import { abortable } from '../../processes/abortable.ts';
import { createReadingPaces, type ReadingPaces } from '../../processes/reading-pace.ts';
import type { StdioCommands } from '../../processes/stdio-commands.ts';
import { connectProblem, sessionExpired, toolCallFailure, wantsCredential } from '../calls/call-failure.ts';
import { type CallWatch, type CallWatchOptions, UNTIMED_MS, watchCall } from '../calls/call-watch.ts';
import { heardLate } from '../calls/late-answer.ts';
import {
  type McpServer,
  type McpTransport,
  ToolCallError,
  type ToolConnections,
  type ToolInvocation,
} from '../calls/tool-call.ts';
import { discoverTools } from '../listing/discover-tools.ts';
import { createListedTools, type OnDrift } from '../listing/listed-tools.ts';
import type { AccessTokens } from '../oauth/access-tokens.ts';
import type { TokenSource } from '../oauth/server-authorization.ts';
import { resultWithoutSecrets } from '../results/tool-result.ts';
import type { Generation } from '../stateless/generations.ts';
import { sendCall } from '../stateless/send-call.ts';
import { createLargeMessages } from '../transport/large-messages.ts';
import type { ChildGuard } from '../transport/stdio-transport.ts';
import { secretsOf } from '../transport/transport-secrets.ts';
import { ConnectError } from './connect-error.ts';
import { createConnectionPool, type Lease } from './connection-pool.ts';
import { type McpConnection, openConnection } from './open-connection.ts';
import { createServerHealth, type HealthChange } from './server-health.ts';

export interface ToolConnectionsDeps {
  /** The fetch of HTTP servers, which refuses private addresses (processes/egress-guard.ts). */
  readonly fetch: FetchLike;
  /** The tokens of servers that are registered with OAuth. */
  readonly accessTokens: AccessTokens;
  /** Reads the schema of a tool that a tenant's server lists. */
  readonly readSchema: (tenantId: string, sent: unknown) => Promise<UsableSchema>;
  /** The environment of stdio servers, see serverEnvironment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The commands that may be started as stdio servers. */
  readonly stdioCommands: StdioCommands;
  /** Called with the first stdio server. The guard ends the process groups of such servers when this process is killed. */
  readonly startGuard?: (() => ChildGuard & { close(): void }) | undefined;
  /** The paces at which this process reads what tenants are sent. Default: this reading has paces of its own. */
  readonly readingPaces?: ReadingPaces | undefined;
  /** Called when a pinned tool is found to be defined otherwise, before its call fails. */
  readonly onDrift?: OnDrift | undefined;
  /** The most connections that may be open at once (default 256). A call that needs one more waits until one is idle. */
  readonly maxConnections?: number;
  /** The most connections that one tenant may have open (default 32). */
  readonly maxPerTenant?: number;
  /** Told when a server is found to speak another generation than is known of it. */
  readonly onGeneration?: ((server: McpServer, generation: Generation) => void) | undefined;
  /** Told when a server is found to be up or down. */
  readonly onHealth?: ((change: HealthChange) => void) | undefined;
  /** Told how many bytes of the servers of a tenant were read. */
  readonly onReceived?: ((tenantId: string, bytes: number) => void) | undefined;
  /** The time for which an idle connection stays open (default 5 minutes). */
  readonly idleCloseMs?: number;
  /** The time that the start of a server, including downloads of `npx`, or dialling it may take (default 30 s). */
  readonly connectTimeoutMs?: number;
  /** A server that is silent for longer when it is asked for its generation is taken for an older one (default 10 s). */
  readonly probeTimeoutMs?: number;
  /** The time for which a list of tools is good, if its server cannot announce changes of it (default 30 s). */
  readonly unannouncedListMs?: number;
}

const KEPT_GENERATIONS_BYTES = 1024 * 1024;

/** The name in `_meta` under which a server gets the key of a call. It is the same when the call is made again. */
const IDEMPOTENCY_KEY = 'agent-runs/idempotency-key';

function metaOf({ idempotencyKey, traceparent }: ToolInvocation): Record<string, string> | undefined {
  if (idempotencyKey === undefined && traceparent === undefined) return undefined;
  return {
    ...(idempotencyKey === undefined ? {} : { [IDEMPOTENCY_KEY]: idempotencyKey }),
    // The name that MCP gives it, without a prefix.
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** The time in which a server that missed a time-out has to answer a ping. The connection to one that does not is closed. */
const PING_TIMEOUT_MS = 2_000;

/** The part of our environment that stdio servers see: nothing that could hold a secret (I10). */
export function serverEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(([name, value]) => ['PATH', 'HOME', 'LANG'].includes(name) && value);
  return Object.fromEntries(kept) as Record<string, string>; // filtered: no value is undefined
}

/** Calls MCP tools over connections that stay open between calls. */
export function createToolConnections(deps: ToolConnectionsDeps): ToolConnections {
  const {
    maxConnections = 256,
    maxPerTenant = 32,
    idleCloseMs = 300_000,
    connectTimeoutMs = 30_000,
    probeTimeoutMs = 10_000,
  } = deps;
  const pool = createConnectionPool<McpConnection>({ maxConnections, maxPerTenant, idleCloseMs });
  const health = createServerHealth({ nowMs: Date.now, onChange: deps.onHealth });
  /** Connections whose loss is counted: it fails each of their calls. */
  const counted = new WeakSet<McpConnection>();
  const listed = createListedTools(deps.onDrift ?? (async () => {}), deps.unannouncedListMs ?? 30_000);
  const largeMessages = createLargeMessages();
  const paces = deps.readingPaces ?? createReadingPaces();
  const closing = new AbortController();
  let guard: ReturnType<NonNullable<ToolConnectionsDeps['startGuard']>> | undefined;
  /** The beginning of the marks of all processes that are started here. */
  const markOfAll = randomUUID();
  let marks = 0;

  /** The guard, which is started with the first server that is a process. */
  function guardOf({ kind }: McpTransport): typeof guard {
    if (kind === 'stdio' && guard === undefined) {
      guard = deps.startGuard?.();
      guard?.mark(markOfAll);
    }
    return guard;
  }

  /** The generations that servers were found to be of, by key of their connection: the probe of one that starts again is saved. */
  const generations = createSizedCache<Generation>({ maxBytes: KEPT_GENERATIONS_BYTES, bytesOf: fewBytes });

  async function open(key: string, server: McpServer, abandoned: AbortSignal): Promise<McpConnection> {
    const { transport, tenantId, id: serverId } = server;
    const { fetch, environment, stdioCommands, accessTokens } = deps;
    const wantsTokens = transport.kind !== 'stdio' && transport.oauth !== undefined;
    const tokens: TokenSource | undefined = wantsTokens
      ? (refused, challenge) => accessTokens.tokenFor({ tenantId, serverId }, refused, challenge)
      : undefined;
    const generation = generations.get(key) ?? server.generation;
    const signal = AbortSignal.any([closing.signal, abandoned]);
    const opened = await openConnection(transport, {
      fetch,
      environment,
      stdioCommands,
      guard: guardOf(transport),
      // The end of the word keeps the 1st from being taken for the 10th.
      newMark: () => `${markOfAll}.${++marks}.`,
      connectTimeoutMs,
      probeTimeoutMs,
      tokens,
      signal,
      generation,
      largeMessages: largeMessages.of(tenantId),
      pace: paces.of(tenantId),
      onReceived: (bytes) => deps.onReceived?.(tenantId, bytes),
    }).catch((error: unknown) => {
      if (error instanceof ConnectError && !signal.aborted) {
        health.failed(key, server, connectProblem(error), wantsCredential(error));
      }
      throw error;
    });
    generations.set(key, opened.generation);
    if (opened.generation !== generation) deps.onGeneration?.(server, opened.generation);
    return opened;
  }

  /** Counts the loss of a connection once, however many calls it fails. */
  function lost(key: string, server: McpServer, connection: McpConnection, why: string): void {
    if (counted.has(connection) || closing.signal.aborted) return;
    counted.add(connection);
    health.failed(key, server, why);
  }

  /**
   * Runs `work` on a connection to a server, and once more on a new connection if the server has forgotten the session.
   * `work` itself notes in the watch of its call when it dispatches.
   */
  async function onConnection<T>(
    server: McpServer,
    limits: CallWatchOptions,
    work: (connection: McpConnection, call: CallWatch) => Promise<T>,
  ): Promise<T> {
    const started = Date.now();
    const key = connectionKey(server);
    for (;;) {
      const spentMs = Date.now() - started;
      const call = watchCall({
        ...limits,
        timeoutMs: limits.timeoutMs - spentMs,
        longestMs: (limits.longestMs ?? limits.timeoutMs) - spentMs,
      });
      let lease: Lease<McpConnection> | undefined;
      try {
        lease = await pool.lease(
          { key, tenantId: server.tenantId },
          (abandoned) => open(key, server, abandoned),
          call.signal,
        );
        const { connection } = lease;
        // The connection broke while it was being taken: nothing was sent.
        if (connection.closed) continue;
        const answer = await connection.run(call, () => work(connection, call));
        health.answered(key, server);
        return answer;
      } catch (error) {
        if (lease === undefined) throw toolCallFailure(error, server, call, undefined);
        const { connection } = lease;
        const failure = toolCallFailure(error, server, call, {
          closed: connection.closed,
          ending: connection.ending(),
          sentTokens: connection.sentTokens(),
        });
        if (failure.type === 'tool.timed_out') {
          lease.suspect(answersPing, () => lost(key, server, connection, 'it did not answer in time, nor a ping'));
        }
        if (failure.type === 'tool.server_crashed') {
          lost(key, server, connection, connection.ending() ?? 'the connection was lost');
        }
        if (failure.type === 'tool.server_crashed' || failure.type === 'tool.server_unreachable') lease.retire();
        if (sessionExpired(call) && failure.noEffect && !lease.fresh) {
          lease.retire();
          continue;
        }
        throw failure;
      } finally {
        call.dispose();
        lease?.release();
      }
    }
  }

  return {
    async discover(server, timeoutMs, signal = new AbortController().signal) {
      // The call is over when its last page has come, and the checks of the schemas are not: a thousand of them may each take all
      // the time of a check.
      const late = AbortSignal.timeout(timeoutMs);
      const over = AbortSignal.any([signal, late]);
      const readSchema = (sent: unknown) =>
        abortable(deps.readSchema(server.tenantId, sent), over).catch((error: unknown) => {
          if (!over.aborted) throw error;
          const message = `The schemas of the tool server "${server.name}" could not be checked in time.`;
          throw new ToolCallError(late.aborted ? 'tool.timed_out' : 'tool.aborted', message, true, error);
        });
      return onConnection(server, { signal, timeoutMs }, ({ client }, call) => {
        call.dispatched = true;
        return discoverTools(client, call, readSchema);
      });
    },

    async call(invocation) {
      const { server, toolName, pinnedHash, tolerated, args } = invocation;
      const rest = health.restOf(connectionKey(server));
      if (rest !== undefined) throw restingFailure(server, rest);
      // An answer that comes late is heard as long as the connection is kept.
      const lateMs = invocation.onLateAnswer === undefined ? 0 : idleCloseMs;
      return onConnection(server, { ...invocation, lateMs }, async (connection, call) => {
        call.elicit = invocation.elicit;
        const pinned =
          pinnedHash === undefined
            ? undefined
            : await listed.expectPinned(connection, call, { server, toolName, pin: { hash: pinnedHash, tolerated } });
        call.dispatched = true;
        const sent = sendCall(connection, { name: toolName, arguments: args, _meta: metaOf(invocation) }, pinned, {
          signal: call.answerSignal,
          timeout: UNTIMED_MS,
          // The SDK asks the server for progress because of this callback.
          onprogress: () => call.extend(),
          onresumptiontoken: () => {
            call.resumable = true;
          },
        });
        const secrets = () => [...secretsOf(server.transport), ...connection.sentTokens()];
        const answer = sent.then((result) => resultWithoutSecrets(result, invocation, secrets()));
        heardLate(answer, call, invocation, secrets);
        return abortable(answer, call.signal);
      });
    },

    closeOf: pool.closeOf,

    async close() {
      closing.abort(new Error('The connections are being closed.'));
      await pool.close();
      guard?.close();
    },
  };
}

/** The key of a server's connection. A server whose address, command or credential changed gets another connection. */
function connectionKey(server: McpServer): string {
  return `${server.id}:${createHash('sha256').update(JSON.stringify(server.transport)).digest('hex')}`;
}

function restingFailure(server: McpServer, { why, waitMs }: { readonly why: string; readonly waitMs: number }) {
  const seconds = Math.ceil(waitMs / 1_000);
  const message = `The tool server "${server.name}" keeps failing: ${why}. It is tried again in ${seconds} s.`;
  return new ToolCallError('tool.server_unreachable', message, true);
}

async function answersPing(connection: McpConnection): Promise<boolean> {
  try {
    const { client, generation } = connection;
    await (generation === 'stateless' ? client.discover : client.ping).call(client, { timeout: PING_TIMEOUT_MS });
    return true;
  } catch (error) {
    // An error is an answer, too: some servers do not know the method.
    return error instanceof ProtocolError && !connection.closed;
  }
}
