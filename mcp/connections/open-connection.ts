import { AsyncLocalStorage } from 'node:async_hooks';
import {
  Client,
  type FetchLike,
  type RequestId,
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { abortable, settledWithin } from '../../processes/abortable.ts';
import type { ReadingPace } from '../../processes/reading-pace.ts';
import { isStdioCommand, type StdioCommands } from '../../processes/stdio-commands.ts';
import { type CallWatch, watchCall } from '../calls/call-watch.ts';
import { answerQuestions, ELICITATION } from '../calls/elicitation.ts';
import type { McpTransport } from '../calls/tool-call.ts';
import { createServerAuthorization, type TokenSource } from '../oauth/server-authorization.ts';
import { carryingAnswers } from '../stateless/carried-answers.ts';
import {
  type Generation,
  negotiationOf,
  nextOpening,
  type Opening,
  openingsOf,
  priorOf,
} from '../stateless/generations.ts';
import { createHeldPlace } from '../transport/held-place.ts';
import type { LargeMessages } from '../transport/large-messages.ts';
import { createMessageFlood } from '../transport/message-flood.ts';
import { type ChildGuard, createStdioTransport } from '../transport/stdio-transport.ts';
import { createTransportFetch } from '../transport/transport-fetch.ts';
import { ConnectError } from './connect-error.ts';

/** A connection that has passed MCP's handshake. */
export interface McpConnection {
  readonly client: Client;
  readonly generation: Generation;
  /** True if the server can say that its list of tools has changed: it cannot over HTTP, where it only answers. */
  readonly announces: boolean;
  /** Runs `send` so that its HTTP requests belong to `call`, and so that `call` is lost when the connection is lost. */
  run<T>(call: CallWatch, send: () => Promise<T>): Promise<T>;
  /** Tokens that were sent. The server may repeat them, and no result or message may show them (I10). */
  sentTokens(): readonly string[];
  readonly closed: boolean;
  /** Adds a listener, which is called once, when the connection is gone. */
  onClosed(listener: () => void): void;
  /** Says how the server's process ended, if it did. */
  ending(): string | undefined;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** The fetch of the HTTP transports, which refuses private addresses (processes/egress-guard.ts). */
  readonly fetch: FetchLike;
  /** The environment that every stdio server gets, besides the variables that are set for the server itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** The commands that may be started. */
  readonly stdioCommands: StdioCommands;
  readonly guard: ChildGuard | undefined;
  /** Makes the mark of one process: a word that begins with what the guard was told to look for. */
  readonly newMark: () => string;
  readonly connectTimeoutMs: number;
  /** The time that a server may take to say which generation it is of. */
  readonly probeTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Gives the tokens of a server that is registered with OAuth. */
  readonly tokens: TokenSource | undefined;
  /** Told of the bytes of each piece that was read. */
  readonly onReceived: (bytes: number) => void;
  /** The places for large messages of the servers of the tenant. */
  readonly largeMessages: LargeMessages;
  /** The pace at which the servers of the tenant are read. */
  readonly pace: ReadingPace;
  /** The generation that the server was found to be of, if it was connected to before. */
  readonly generation: Generation | undefined;
}

/** The command of a stdio server is not on the operator's list. */
class CommandNotAllowedError extends Error {
  readonly code = 'ERR_COMMAND_NOT_ALLOWED';
}

/** A server sent more than a message may have before it was connected to. */
class TooLongError extends Error {
  readonly code = 'ERR_MESSAGE_TOO_LONG';
}

/** A server sent so much without being asked that the connection was given up. */
class FloodError extends Error {
  readonly code = 'ERR_MESSAGE_FLOOD';
}
const FLOODED = 'it sent more messages than anybody asked for';

/** The largest message read from a server; results shown to models are far smaller. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const GOODBYE_MS = 1_000;
const CLIENT_INFO = { name: 'agent-runs', version: '0.1.0' };

/** Starts or dials a server, and finds out which generation of MCP it is of. @throws ConnectError */
export async function openConnection(target: McpTransport, options: OpenOptions): Promise<McpConnection> {
  // The SDK's own time-out covers the handshake but not the dialling before it.
  const connecting = watchCall({ signal: options.signal, timeoutMs: options.connectTimeoutMs });
  const [first, second] = openingsOf(target.kind, options.generation);
  try {
    return await open(target, options, first, connecting.signal).catch((error: unknown) => {
      const next = connecting.signal.aborted ? undefined : nextOpening(error, second);
      if (next === undefined) throw error;
      return open(target, options, next, connecting.signal);
    });
  } finally {
    connecting.dispose();
  }
}

async function open(
  target: McpTransport,
  options: OpenOptions,
  opening: Opening,
  signal: AbortSignal,
): Promise<McpConnection> {
  const currentCall = new AsyncLocalStorage<CallWatch>();
  const client = new Client(CLIENT_INFO, {
    capabilities: { elicitation: ELICITATION },
    versionNegotiation: negotiationOf(opening, options),
  });
  const calls = new Set<CallWatch>();
  /** Calls that were given up and whose answers are still listened for. */
  const late = new Set<CallWatch>();
  answerQuestions(client, () => currentCall.getStore() ?? (calls.size === 1 ? [...calls][0] : undefined));
  const tooLong = new AbortController();
  let onResumeFailed = () => {};
  let ending = (): string | undefined => undefined;
  let sayGoodbye = async () => {};
  const carriesCredential = target.kind !== 'stdio' && target.auth !== undefined;
  const authorization = createServerAuthorization(options.tokens, carriesCredential);

  const flood = createMessageFlood(Date.now);
  let flooded = false;
  const takes = (): boolean => {
    if (flooded) return false;
    const fate = flood();
    if (fate === 'close') {
      flooded = true;
      tooLong.abort(new FloodError());
      void transport.close().catch(() => {});
    }
    return fate === 'read';
  };
  /** The place of the one stream that the calls of a process, or of a server with the older SSE transport, share. */
  const sharedPlace = createHeldPlace(options.largeMessages);
  const onAnswer = (id: RequestId) => {
    // Some servers write the id of a request, which is a number, as a string.
    const answered = [...calls, ...late].find(({ requestId }) => String(requestId) === String(id));
    sharedPlace.passOn(answered?.keptUntil);
  };
  const transport = carryingAnswers(createTransport(), { stdio: target.kind === 'stdio', takes, onAnswer });
  function createTransport(): Transport {
    if (target.kind === 'stdio') {
      // The server was registered while its command was on the list. The list may have become shorter since.
      if (!isStdioCommand(options.stdioCommands, target))
        throw new ConnectError(undefined, new CommandNotAllowedError());
      const stdio = createStdioTransport({
        command: target.command,
        args: target.args,
        environment: { ...options.environment, ...target.env },
        mark: options.newMark(),
        maxMessageBytes: MAX_MESSAGE_BYTES,
        guard: options.guard,
        onReceived: options.onReceived,
        pace: options.pace,
        takes,
        largeMessages: options.largeMessages,
        place: sharedPlace,
      });
      ending = stdio.ending;
      return stdio;
    }
    const fetch = createTransportFetch({
      fetch: options.fetch,
      currentCall,
      maxMessageBytes: MAX_MESSAGE_BYTES,
      refuseStandaloneStream: target.kind === 'streamable-http',
      onReceived: options.onReceived,
      largeMessages: options.largeMessages,
      sharedPlace: target.kind === 'sse' ? sharedPlace : undefined,
      pace: options.pace,
      takes,
      onResumeFailed: () => onResumeFailed(),
      onTooLong: () => tooLong.abort(new TooLongError()),
    });
    const headers: Record<string, string> = { ...target.headers };
    if (target.auth !== undefined) headers.Authorization = target.auth;
    const requestInit = { headers };
    const how = { fetch, requestInit, authProvider: authorization.provider };
    if (target.kind === 'sse') return new SSEClientTransport(new URL(target.url), how);
    const http = new StreamableHTTPClientTransport(new URL(target.url), how);
    sayGoodbye = () => http.terminateSession();
    return http;
  }

  const send = transport.send.bind(transport);
  /** The requests of which the server was told that they are cancelled. The SDK tells it once more when it gives up on them. */
  const cancelled = new Set<unknown>();
  transport.send = async (message, sendOptions) => {
    if ('method' in message && message.method === 'notifications/cancelled') {
      const requestId = message.params?.requestId;
      if (cancelled.has(requestId)) return;
      cancelled.add(requestId);
    }
    const call = currentCall.getStore();
    if (call !== undefined && 'method' in message && 'id' in message) call.requestId = message.id;
    return send(message, sendOptions);
  };

  try {
    const timeout = options.connectTimeoutMs;
    const given = AbortSignal.any([signal, tooLong.signal]);
    await abortable(client.connect(transport, { timeout, signal: given, prior: priorOf(opening) }), given);
  } catch (error) {
    await transport.close().catch(() => {});
    throw new ConnectError(flooded ? FLOODED : ending(), authorization.explained(error));
  }

  let closed = false;
  const listeners: (() => void)[] = [];
  client.onclose = () => {
    if (closed) return;
    closed = true;
    for (const call of [...calls, ...late]) call.lose();
    for (const listener of listeners) listener();
  };
  const close = async () => {
    if (closed) return;
    await settledWithin(sayGoodbye(), GOODBYE_MS);
    await client.close().catch(() => {});
  };
  onResumeFailed = () => void close();
  client.onerror = (error) => {
    // The SSE transport dials again by itself, but the new stream has a new session, which has had no handshake.
    if (error instanceof SseError) void close();
  };

  const generation: Generation = client.getProtocolEra() === 'modern' ? 'stateless' : 'sessions';

  /** The SDK cancels a request only when it gives up on the answer. Here the answer may still come. */
  function sendCancelled({ requestId, ended }: CallWatch): boolean {
    // A stateless request over HTTP is cancelled by closing its stream, which ends its answer, too.
    if (requestId === undefined || (generation === 'stateless' && target.kind !== 'stdio')) return false;
    const reason = ended === 'timed_out' ? 'The call took too long.' : 'The session was interrupted.';
    const params = { requestId, reason };
    // The notification is a request of its own over HTTP, so it must not be taken for the request of the call.
    currentCall.exit(() => void client.notification({ method: 'notifications/cancelled', params }).catch(() => {}));
    return true;
  }

  return {
    client,
    generation,
    announces: generation === 'sessions' && target.kind !== 'streamable-http',
    async run(call, send) {
      calls.add(call);
      call.sendCancelled = () => sendCancelled(call);
      try {
        return await currentCall.run(call, send);
      } catch (error) {
        throw authorization.explained(error);
      } finally {
        calls.delete(call);
        if (call.ended !== undefined && !call.answerSignal.aborted) {
          late.add(call);
          call.answerSignal.addEventListener('abort', () => late.delete(call), { once: true });
        }
      }
    },
    get closed() {
      return closed;
    },
    sentTokens: authorization.sentTokens,
    onClosed: (listener) => void listeners.push(listener),
    ending: () => (flooded ? FLOODED : ending()),
    close,
  };
}
