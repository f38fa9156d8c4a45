import type { SessionFacts } from './invariants.ts';
import type { SharedStack } from './stack.ts';
import { effectsOf } from './tool-server.ts';

interface CallFacts {
  readonly id: string;
  readonly session: string;
  readonly status: string;
  readonly tool: string;
  readonly serverTool: string;
  readonly state: string;
  readonly repeatable: boolean;
  readonly bundled: boolean;
  readonly write: boolean;
  readonly args: Record<string, unknown>;
  readonly used: number;
  readonly results: number;
  readonly effects: number;
  /** True while a person is asked about it. */
  readonly pending: boolean;
  /** The number of times that a person has had the call made again. */
  readonly retries: number;
}

/** I5: a tool takes effect at most once per call, and no call is left without a result. */
export async function toolViolations(stack: SharedStack, fresh: readonly SessionFacts[]): Promise<string[]> {
  const calls = await stack.db.serviceTransaction((tx) =>
    tx.query<CallFacts>(
      'tool-facts',
      `SELECT c.id, c.session_id AS session, s.status, c.tool_name AS tool, c.server_tool AS "serverTool", c.state,
              c.effect = 'read' OR c.idempotent AS repeatable, c.bundled AND s.replay IS NULL AS bundled, c.effect = 'write' AS write, c.args,
              coalesce(e.used, 0)::int AS used, coalesce(e.results, 0)::int AS results,
              EXISTS (SELECT 1 FROM required_action a WHERE a.session_id = c.session_id AND a.tool_call_id = c.id
                       AND a.status = 'pending') AS pending,
              (SELECT count(*)::int FROM required_action a WHERE a.session_id = c.session_id AND a.tool_call_id = c.id
                  AND a.answer->>'action' = 'retry') AS retries,
              (SELECT count(*)::int FROM bundled_effect b WHERE b.session_id = c.session_id AND b.tool_call_id = c.id) AS effects
         FROM tool_call c JOIN session s ON s.id = c.session_id AND c.turn >= s.first_turn
         LEFT JOIN (SELECT session_id, data->>'toolUseId' AS call_id, count(*) FILTER (WHERE type = 'agent.tool_use') AS used,
                           count(*) FILTER (WHERE type = 'agent.tool_result') AS results
                      FROM session_event
                     WHERE session_id = ANY ($1) AND type IN ('agent.tool_use', 'agent.tool_result') GROUP BY 1, 2) e
                ON e.session_id = c.session_id AND e.call_id = c.id
        WHERE c.session_id = ANY ($1)`,
      [fresh.map((session) => session.id)],
    ),
  );
  return [
    ...calls.flatMap((call) => [...resultViolations(call), ...effectViolations(call, stack.counterFile)]),
    ...(await actionViolations(stack)),
  ];
}

/** Nobody is asked about a call that has its result, and each idle session that requires an action has one that is pending. */
async function actionViolations(stack: SharedStack): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string; wrong: string }>(
      'action-violations',
      `SELECT a.id, 'is pending although its call is ' || c.state AS wrong
         FROM required_action a JOIN tool_call c ON c.session_id = a.session_id AND c.id = a.tool_call_id
        WHERE a.status = 'pending' AND c.output IS NOT NULL
        UNION ALL
       SELECT s.id, 'requires an action and has none' FROM session s
        WHERE s.idle_cause = 'requires_action'
          AND NOT EXISTS (SELECT 1 FROM required_action a WHERE a.session_id = s.id AND a.applied_at IS NULL)`,
    ),
  );
  return rows.map(({ id, wrong }) => `[I5] [I6] ${id} ${wrong}`);
}

function resultViolations(call: CallFacts): string[] {
  const at = `${call.tool} (${call.id}, ${call.state}) of ${call.session}`;
  const waits = call.pending;
  const open = !waits && (call.state === 'intended' || call.state === 'dispatched');
  return [
    ...(open ? [`[I5] ${at} has no result although the session is ${call.status}`] : []),
    ...(call.used === 1 && call.results === (waits ? 0 : 1)
      ? []
      : [`[I5] clients saw ${at} used ${call.used} times, with ${call.results} results`]),
  ];
}

function effectViolations(call: CallFacts, counterFile: string): string[] {
  const at = `${call.tool} (${call.id}, ${call.state}) of ${call.session}`;
  if (call.bundled && call.write && call.state === 'succeeded' && call.effects !== 1) {
    return [`[I5] ${at} left ${call.effects} effects`];
  }
  if (call.bundled || call.serverTool !== 'count' || typeof call.args.note !== 'string') return [];
  const times = effectsOf(counterFile, call.args.note);
  if (times > 1 + call.retries && !call.repeatable) return [`[I5] ${at} took effect ${times} times`];
  return times === 0 && call.state === 'succeeded' ? [`[I5] ${at} succeeded without an effect`] : [];
}
