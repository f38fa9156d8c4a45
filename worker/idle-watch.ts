import type { Database, Tx } from '../db/database.ts';
import { sessionsToPause, tenantsToPause } from '../db/queries/pause-order.ts';
import { pausedSessions, tenantsToGoOn } from '../db/queries/sessions-paused.ts';
import { sessionsToJudgeAgain, tenantsAwaitingAction } from '../db/queries/sessions-to-judge.ts';
import { sessionsWithMoney, tenantsIdleForMoney } from '../db/queries/sessions-with-money.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { repeating } from './repeating.ts';

export interface IdleWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

const LOOK_EVERY_MS = 5_000;
/** The most sessions of a tenant that are woken at once. The others follow with the next look. */
const BATCH = 200;

/** The idle sessions for which something has changed that nobody signals for sure. */
interface Change {
  /** The tenants with sessions that are idle in this way. */
  readonly tenants: (tx: Tx) => Promise<string[]>;
  /** The ids of those sessions of a tenant that can go on. */
  readonly sessions: (tx: Tx, nowMs: number) => Promise<string[]>;
  readonly notLooked: string;
  readonly notWoken: string;
}

/** Whoever raises a cap signals its sessions, but a signal may be lost, and nobody signals when requests release money. */
const MONEY: Change = {
  tenants: tenantsIdleForMoney,
  sessions: (tx, nowMs) => sessionsWithMoney(tx, nowMs, BATCH),
  notLooked: 'It could not be looked for sessions that have money again; the next look comes.',
  notWoken: 'A session that has money could not be woken; the next look tries again.',
};

/**
 * A policy or a tool that changes may allow a call that waits for approval, or forbid it. An answer needs no watch, because its
 * row in the inbox has one (inbox-bridge.ts).
 */
const POLICY: Change = {
  tenants: tenantsAwaitingAction,
  sessions: (tx) => sessionsToJudgeAgain(tx, BATCH),
  notLooked: 'It could not be looked for calls that policy allows by now; the next look comes.',
  notWoken: 'A session whose calls policy may allow could not be woken; the next look tries again.',
};

/** Whoever pauses a session or an agent signals the sessions that are idle, but a signal may be lost. */
const TO_PAUSE: Change = {
  tenants: tenantsToPause,
  sessions: (tx) => sessionsToPause(tx, 'ofTenant', BATCH),
  notLooked: 'It could not be looked for idle sessions that are to pause; the next look comes.',
  notWoken: 'An idle session that is to pause could not be woken; the next look tries again.',
};

/** A tenant, an agent or a session that is resumed has its paused sessions woken. */
const RESUMED: Change = {
  tenants: tenantsToGoOn,
  sessions: (tx) => pausedSessions(tx, BATCH),
  notLooked: 'It could not be looked for paused sessions that were resumed; the next look comes.',
  notWoken: 'A paused session could not be woken; the next look tries again.',
};

export interface IdleWatch {
  /** Looks now: a notification says that a tenant was resumed. */
  look(): void;
  close(): Promise<void>;
}

/**
 * Wakes idle sessions that can go on. Any number of workers may watch: a session that is woken twice looks twice.
 * The changes are looked for apart, so that a failure with one does not keep the others waiting.
 */
export function createIdleWatch(deps: IdleWatchDeps): IdleWatch {
  const resumed = lookingFor(RESUMED, deps);
  const looks = [resumed, ...[MONEY, POLICY, TO_PAUSE].map((change) => lookingFor(change, deps))];
  return {
    look: resumed.hurry,
    async close() {
      await Promise.all(looks.map((look) => look.stop()));
    },
  };
}

function lookingFor({ tenants, sessions, notLooked, notWoken }: Change, deps: IdleWatchDeps) {
  const wakeThoseOf = async (tenantId: string): Promise<void> => {
    const ids = await deps.db.transaction(tenantId, (tx) => sessions(tx, deps.nowMs()));
    await Promise.all(
      ids.map((id) => deps.sessions.signalWake(id).catch((error: unknown) => deps.warn(notWoken, error))),
    );
  };
  return repeating({
    everyMs: LOOK_EVERY_MS,
    onError: (error) => deps.warn(notLooked, error),
    async work() {
      for (const tenantId of await deps.db.serviceTransaction(tenants)) await wakeThoseOf(tenantId);
    },
  });
}
