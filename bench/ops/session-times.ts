import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceClient } from '../service-client.ts';

const LOOK_EVERY_MS = 20;

/** A session that has ended, as the service shows it. */
export interface EndedSession {
  readonly turns: number;
  readonly reason: string;
  readonly seconds: number;
}

/** Waits until a session has ended. Its times are those of the service, so nobody follows it meanwhile. */
export async function untilEnded(client: ServiceClient, sessionId: string): Promise<EndedSession> {
  for (;;) {
    const { status, turns, end_reason, created_at, ended_at } = Object(
      await client.send('GET', `/v1/sessions/${sessionId}`),
    );
    if (status === 'ended') {
      return { turns, reason: end_reason, seconds: (Date.parse(ended_at) - Date.parse(created_at)) / 1_000 };
    }
    await pause(LOOK_EVERY_MS);
  }
}
