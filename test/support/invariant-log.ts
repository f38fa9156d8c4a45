import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { sessionEventSchema } from '../../contract/events.ts';
import type { EventWatch } from './event-watch.ts';
import type { SessionFacts } from './invariants.ts';
import type { SharedStack } from './stack.ts';

export interface LoggedEvent {
  readonly seq: number;
  readonly key: string;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** I1 and I2: nothing acknowledged is lost, and clients saw what is in the log. */
export async function logViolations(stack: SharedStack, fresh: readonly SessionFacts[]): Promise<string[]> {
  const violations: string[] = [];
  for (const session of fresh) {
    const log = await readLog(stack, session.id);
    violations.push(...sequenceViolations(session, log));
    for (const watch of stack.records.watches.filter((each) => each.sessionId === session.id)) {
      violations.push(...watchViolations(watch, log));
    }
  }
  violations.push(...(await inboxViolations(stack)), ...(await deltaViolations(stack)));
  const known = new Set((await allSessions(stack)).map((row) => row.id));
  for (const id of stack.records.sessions)
    if (!known.has(id)) violations.push(`[I1] ${id} was acknowledged and is gone`);
  return violations;
}

export function readLog(stack: SharedStack, sessionId: string): Promise<LoggedEvent[]> {
  return stack.db.serviceTransaction((tx) =>
    tx.query<LoggedEvent>(
      'whole-log',
      'SELECT seq::int AS seq, key, type, data FROM session_event WHERE session_id = $1 ORDER BY seq',
      [sessionId],
    ),
  );
}

function sequenceViolations(session: SessionFacts, log: readonly LoggedEvent[]): string[] {
  const violations: string[] = [];
  const say = (what: string) => violations.push(`[I2] ${session.id}: ${what}`);
  for (const [index, event] of log.entries()) {
    if (event.seq !== index + 1) say(`the log goes from seq ${index} to ${event.seq}`);
    const parsed = sessionEventSchema.safeParse({ type: event.type, data: event.data });
    if (!parsed.success) say(`event ${event.seq} (${event.type}) does not match the contract: ${parsed.error.message}`);
    else {
      const known = Object.keys(parsed.data.data);
      const unknown = Object.keys(event.data).filter((field) => !known.includes(field));
      if (unknown.length > 0) say(`event ${event.seq} (${event.type}) has fields beyond the contract: ${unknown}`);
    }
  }
  if (new Set(log.map((event) => event.key)).size !== log.length) say('two events have the same key');
  const ends = log.filter((event) => event.type === 'session.status_ended');
  const isOver = session.status === 'ended';
  // An idle session that is rewound begins another run, too, and has not ended.
  const revived = log.filter(({ type, data }) => type === 'session.status_running' && data.retryOf !== undefined);
  if (ends.length !== revived.length + (isOver ? 1 : 0)) {
    say(
      `a session (${session.status}) that went on ${revived.length} times after its end has ended ${ends.length} times`,
    );
  }
  if (isOver !== (log.at(-1)?.type === 'session.status_ended')) say(`its last event is ${log.at(-1)?.type}`);
  // A replay ends as the recorded session did, which may have run out of money under an earlier cap.
  const isReplay = log[0]?.data.replayOf !== undefined;
  if (isEndForWantOfRunsMoney(ends.at(-1)?.data) && !isReplay && !log.some(warnsOfRun)) {
    say('it ran out of money without a warning');
  }
  const answers = log.filter((event) => event.type === 'agent.message').map((event) => event.data.turnIndex);
  if (new Set(answers).size !== answers.length) say('a turn has two messages');
  return violations;
}

/** The cap of the run did not hold what the next request needed. (A charge above its bound ends a run, too.) */
function isEndForWantOfRunsMoney(end: LoggedEvent['data'] | undefined): boolean {
  const parsed = endForWantOfMoney.safeParse(end);
  if (!parsed.success) return false;
  const { account, spentUsd, neededUsd, capUsd } = parsed.data.budget;
  return account === 'run' && spentUsd + neededUsd > capUsd;
}

const endForWantOfMoney = z.object({
  reason: z.literal('budget_exhausted'),
  budget: z.object({ account: z.string(), spentUsd: z.number(), neededUsd: z.number(), capUsd: z.number() }),
});

function warnsOfRun({ type, data }: LoggedEvent): boolean {
  return type === 'br.budget_warning' && data.scope === 'run';
}

/** A client saw the log from its first event on: each event once, in order. */
function watchViolations(watch: EventWatch, log: readonly LoggedEvent[]): string[] {
  const violations: string[] = [];
  const first = watch.events[0]?.id ?? 1;
  for (const [index, event] of watch.events.entries()) {
    const logged = log[event.id - 1];
    if (event.id !== first + index)
      violations.push(`[I2] a client of ${watch.sessionId} got id ${event.id} as number ${first + index}`);
    else if (logged?.type !== event.type || !isDeepStrictEqual(logged.data, event.data)) {
      violations.push(`[I2] a client of ${watch.sessionId} got another event ${event.id} than the log holds`);
    }
  }
  return violations;
}

/** No session is running, so no answer is under way and no deltas may be left. */
async function deltaViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string }>('deltas-left', 'SELECT DISTINCT session_id AS id FROM text_delta'),
  );
  return rows.map(({ id }) => `[delta:storage:gone-with-its-answer] ${id} left text deltas behind`);
}

async function inboxViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{
      id: string;
      sessionId: string;
      seq: number;
      state: string;
      turn: number | null;
      status: string;
      waits: boolean;
    }>(
      'whole-inbox',
      `SELECT i.id, i.session_id AS "sessionId", i.seq::int AS seq, i.state, i.consumed_turn AS turn, s.status,
              coalesce(s.idle_cause IN ('budget', 'requires_action', 'paused'), false) AND i.type <> 'user.interrupt' AS waits
         FROM session_inbox i JOIN session s ON s.id = i.session_id
        WHERE ($1::text[] IS NULL OR s.tenant_id = ANY ($1)) ORDER BY i.session_id, i.seq`,
      [stack.tenants],
    ),
  );
  const violations: string[] = [];
  for (const row of rows) {
    // A session that is idle for money or for a person keeps its messages until it goes on.
    if (row.state === 'queued' && !row.waits)
      violations.push(`[I1] message ${row.seq} of ${row.sessionId} (${row.status}) was never read`);
    if (row.state === 'consumed' && row.turn === null)
      violations.push(`[I1] message ${row.seq} of ${row.sessionId} was read at no turn`);
  }
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const { id, sessionId, inboxSeq } of stack.records.accepted) {
    if (known.get(id)?.seq !== inboxSeq)
      violations.push(`[I1] ${id} of ${sessionId} was answered with 202 and is gone`);
  }
  return [...violations, ...(await deliveryViolations(stack))];
}

/** A message that was read is in the transcript once; the others are counted in `session.status_ended`. */
async function deliveryViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{
      id: string;
      reason: string | null;
      read: number;
      inTranscript: number;
      discarded: number;
      counted: number;
    }>(
      'deliveries',
      `SELECT s.id, s.end_reason AS reason,
              (SELECT count(*)::int FROM session_inbox WHERE session_id = s.id AND type = 'user.message'
                  AND (state = 'consumed' OR state = 'requeued' AND consumed_turn IS NOT NULL)) AS read,
              (SELECT coalesce(sum(jsonb_array_length(user_messages)), 0)::int FROM turn
                WHERE session_id = s.id AND turn >= s.first_turn) AS "inTranscript",
              (SELECT count(*)::int FROM session_inbox WHERE session_id = s.id AND type = 'user.message' AND state = 'undelivered') AS discarded,
              coalesce((SELECT (data->>'undelivered')::int FROM session_event WHERE session_id = s.id AND type = 'session.status_ended' AND seq = s.event_seq), 0) AS counted
         FROM session s WHERE ($1::text[] IS NULL OR s.tenant_id = ANY ($1))`,
      [stack.tenants],
    ),
  );
  return rows.flatMap((row) => [
    ...(row.discarded === 0 || (row.reason !== 'completed' && row.reason !== 'idle_timeout')
      ? []
      : [`[I1] ${row.id} ended as ${row.reason} although ${row.discarded} messages waited`]),
    ...(row.read === row.inTranscript
      ? []
      : [`[I1] ${row.id} read ${row.read} messages and holds ${row.inTranscript}`]),
    ...(row.discarded === row.counted
      ? []
      : [`[I1] ${row.id} left ${row.discarded} messages unread and reported ${row.counted}`]),
  ]);
}

function allSessions(stack: SharedStack): Promise<{ id: string }[]> {
  return stack.db.serviceTransaction((tx) => tx.query('all-sessions', 'SELECT id FROM session'));
}
