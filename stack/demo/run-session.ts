import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { StackError } from '../error.ts';
import { refusal } from './refusal.ts';
import type { Service } from './seed-agent.ts';
import { readFrames, type SseFrame } from './sse-frames.ts';

/** The service sends a comment every 15 s, so after a silence this long the connection is dead. */
const SILENCE_MS = 45_000;
const GIVE_UP_AFTER_MS = 60_000;
const BETWEEN_TRIES_MS = 250;

export interface RunSession {
  readonly service: Service;
  readonly agentId: string;
  readonly body: unknown;
  readonly signal: AbortSignal;
  readonly onFrame: (frame: SseFrame) => void;
  /** Called when the connection broke, with the id of the last event that came. */
  readonly onPause: (lastEventId: string | undefined) => void;
}

/**
 * Runs a session and follows its stream to its end, over broken connections and restarts of the service. The idempotency key
 * attaches a repeated POST to the session that the first one started, and `Last-Event-ID` continues after the last event seen.
 * @throws StackError when the service refuses, or is away for a minute
 */
export async function runSession(run: RunSession): Promise<void> {
  const idempotencyKey = randomUUID();
  let sessionId: string | undefined;
  let lastEventId: string | undefined;
  let lastAliveMs = performance.now();
  for (;;) {
    try {
      const response = await connect(run, idempotencyKey, sessionId, lastEventId);
      if (response.ok && response.body !== null) {
        sessionId ??= requireSessionId(response);
        for await (const frame of readFrames(response.body)) {
          lastAliveMs = performance.now();
          lastEventId = frame.message?.id ?? lastEventId;
          run.onFrame(frame);
          if (frame.message?.event === 'session.status_ended') return;
        }
      } else if (response.status < 500 && response.status !== 429) {
        throw await refusal('the run', response);
      }
    } catch (error) {
      if (error instanceof StackError) throw error;
      if (run.signal.aborted) throw new StackError('The session was left; it runs on by itself.');
    }
    if (performance.now() - lastAliveMs > GIVE_UP_AFTER_MS) {
      throw new StackError(`The service at ${run.service.baseUrl} has not answered for a minute.`);
    }
    run.onPause(lastEventId);
    await pause(BETWEEN_TRIES_MS, undefined, { signal: run.signal }).catch(() => {});
  }
}

function connect(run: RunSession, idempotencyKey: string, sessionId?: string, lastEventId?: string): Promise<Response> {
  const { baseUrl, apiKey } = run.service;
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'text/event-stream' };
  const path = `${baseUrl}/v1/agents/${run.agentId}`;
  if (sessionId !== undefined) {
    return fetchWhileAlive(`${path}/sessions/${sessionId}/events`, run.signal, {
      headers: { ...headers, 'last-event-id': lastEventId ?? '0' },
    });
  }
  return fetchWhileAlive(`${path}/run`, run.signal, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(run.body),
  });
}

/** Like fetch, but ends the connection if nothing has come for SILENCE_MS. */
async function fetchWhileAlive(url: string, signal: AbortSignal, init: RequestInit): Promise<Response> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), SILENCE_MS);
  const response = await fetch(url, { ...init, signal: AbortSignal.any([signal, silent.signal]) }).catch((error) => {
    clearTimeout(timer);
    throw error;
  });
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        timer.refresh();
        controller.enqueue(chunk);
      },
      flush: () => clearTimeout(timer),
    }),
  );
  timer.unref();
  return new Response(body ?? null, response);
}

function requireSessionId(response: Response): string {
  const sessionId = response.headers.get('x-session-id');
  if (sessionId === null) throw new StackError('The service sent a stream without saying which session it is of.');
  return sessionId;
}
