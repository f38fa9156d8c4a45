import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientRecords } from './client.ts';

/** A client that repeats a request with the same Idempotency-Key until it is answered. */
export interface PersistentClient {
  createSession(agentId: string, body: object): Promise<string>;
  /** @returns false if the session has ended (409), which is an answer, too */
  steer(agentId: string, sessionId: string, event: { type: string; text?: string }): Promise<boolean>;
  /** Requests that had to be repeated. */
  readonly repeats: number;
}

const ANSWER_WITHIN_MS = 4_000;
const REPEAT_AFTER_MS = 250;
const GIVE_UP_MS = 120_000;

export function createPersistentClient(options: {
  baseUrl: string;
  apiKey: string;
  records: ClientRecords;
}): PersistentClient {
  const { baseUrl, apiKey, records } = options;
  let repeats = 0;

  async function post(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    const deadlineMs = performance.now() + GIVE_UP_MS;
    for (;;) {
      let trouble: unknown;
      try {
        const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
        const response = await fetch(`${baseUrl}${path}`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
          signal,
        });
        const answer = (await response.json()) as Record<string, unknown>;
        const repeatable = response.status >= 500 || codeOf(answer) === 'idempotency_in_progress';
        if (!repeatable) return { status: response.status, body: answer };
        trouble = `${response.status} ${JSON.stringify(answer)}`;
      } catch (error) {
        trouble = error;
      }
      if (performance.now() > deadlineMs) throw new Error(`POST ${path} was never answered.`, { cause: trouble });
      repeats += 1;
      await pause(REPEAT_AFTER_MS);
    }
  }

  return {
    async createSession(agentId, body) {
      const answer = await post(`/v1/agents/${agentId}/sessions`, body);
      if (answer.status !== 201) throw new Error(`sessions answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      const id = String(answer.body.id);
      records.sessions.add(id);
      return id;
    },
    async steer(agentId, sessionId, event) {
      const answer = await post(`/v1/agents/${agentId}/sessions/${sessionId}/events`, event);
      if (answer.status === 409) return false;
      if (answer.status !== 202) throw new Error(`events answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      const { id, inbox_seq: inboxSeq } = answer.body;
      records.accepted.push({ sessionId, id: String(id), inboxSeq: Number(inboxSeq), type: event.type });
      return true;
    },
    get repeats() {
      return repeats;
    },
  };
}

function codeOf(answer: Record<string, unknown>): string | undefined {
  const { error } = answer;
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}
