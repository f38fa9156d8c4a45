import type { SessionFacts } from './invariants.ts';
import type { SharedStack } from './stack.ts';

interface AuditedCall {
  readonly id: string;
  readonly session: string;
  readonly state: string;
  readonly verdict: string;
  readonly decisions: number;
  readonly dispatches: number;
  readonly outcomes: number;
  /** True if it is a call of a replay, which is given a recorded result and not sent. */
  readonly replayed: boolean;
  /** Entries that hold a text of the arguments. */
  readonly leaks: number;
}

/** Whatever was killed: each call has one decision, an outcome unless that refused it, and a dispatch before its success. */
export async function auditViolations(stack: SharedStack, fresh: readonly SessionFacts[]): Promise<string[]> {
  const calls = await stack.db.serviceTransaction((tx) =>
    tx.query<AuditedCall>(
      'audited-calls',
      `SELECT c.id, c.session_id AS session, c.state, c.verdict, s.replay IS NOT NULL AS replayed,
              count(*) FILTER (WHERE e.kind = 'decision')::int AS decisions,
              count(*) FILTER (WHERE e.kind = 'dispatch')::int AS dispatches,
              count(*) FILTER (WHERE e.action = 'tool_call.end')::int AS outcomes,
              count(*) FILTER (WHERE EXISTS (SELECT FROM jsonb_each_text(c.args) a
                                              WHERE length(a.value) > 7 AND strpos(e.detail::text, a.value) > 0))::int AS leaks
         FROM tool_call c JOIN session s ON s.id = c.session_id AND c.turn >= s.first_turn
         LEFT JOIN audit_entry e ON e.session_id = c.session_id AND e.detail->>'call_id' = c.id
        WHERE c.session_id = ANY ($1)
        GROUP BY c.id, c.session_id, c.state, c.verdict, s.replay`,
      [fresh.map((session) => session.id)],
    ),
  );
  return calls.flatMap(({ id, session, state, verdict, decisions, dispatches, outcomes, replayed, leaks }) => {
    const open = state === 'intended' || state === 'dispatched';
    // A call that asked is refused later, by an outcome of its own.
    const expected = open || verdict === 'deny' ? 0 : 1;
    return [
      ...(decisions === 1 ? [] : [`The audit has ${decisions} decisions about ${id} of ${session}`]),
      ...(outcomes === expected ? [] : [`The audit has ${outcomes} outcomes of ${id} (${state}) of ${session}`]),
      ...(state === 'succeeded' && dispatches === 0 && !replayed
        ? [`The audit has no dispatch of ${id} of ${session}`]
        : []),
      ...(leaks === 0 ? [] : [`[I10] The audit holds arguments of ${id} of ${session}`]),
    ];
  });
}
