import type { BulkAction } from '../../contract/bulk.ts';
import type { EndReason, SessionStatus } from '../../contract/events.ts';
import type { OnBudget } from '../../contract/fields.ts';
import type { Tx } from '../database.ts';
import { planFreely } from '../planning.ts';
import { FILTER_PARAMETERS, filterValues, type SessionFilter, searchOf } from './session-filter.ts';
import { MAY_HAVE_CHANGED, madeItself } from './session-rewind.ts';

const OWN = Array.from({ length: 8 }, (_, index) => `$${FILTER_PARAMETERS + 1 + index}`);
const [action, maxTurns, cap, accepts, models, day, goesOn, fromLastTurn] = OWN;
/** The parameters of the preview, behind those of the filter. */
const P = { action, maxTurns, cap, accepts, models, day, goesOn, fromLastTurn };

/** The models that some of the sessions name, and what they do at the end of their money. */
export interface ModelsNamed {
  readonly models: readonly string[] | null;
  readonly onBudget: OnBudget;
}

/** The models that sessions name which a retry may go on with. */
export async function modelsNamed(tx: Tx, filter: SessionFilter, limit: number): Promise<ModelsNamed[]> {
  const { key, rows } = searchOf(filter);
  return tx.query<ModelsNamed>(
    `models-named:${key}`,
    `SELECT DISTINCT s.models, s.on_budget AS "onBudget" FROM ${rows} s WHERE s.end_reason <> 'completed' LIMIT ${OWN[0]}`,
    [...filterValues(tx, filter), limit],
  );
}

/** What the request about each session would be, as far as it decides whether it is refused. */
export interface ActionAsked {
  readonly action: BulkAction;
  readonly maxTurns: number | null;
  readonly capNano: bigint | null;
  readonly acceptsUnknownEffects: boolean;
  /** Retries do the last turn again, instead of the stage that failed. */
  readonly fromLastTurn: boolean;
  /** The models with which a retry would be refused, and the code. */
  readonly refusedModels: readonly (ModelsNamed & { readonly code: string })[];
  /** UTC, yyyy-mm-dd */
  readonly day: string;
}

export interface BulkPreviewRow {
  /** The code with which these sessions would be refused. Null: they would not be. */
  readonly refusal: string | null;
  readonly sessions: number;
  readonly example: string;
  /** What those may cost that go on. */
  readonly costNano: bigint;
  /** What their caps leave. Null: one of them has no cap. */
  readonly leftNano: bigint | null;
  /** Those that go on, and whose agents have no completed session. */
  readonly withoutEstimate: number;
}

/** A retry takes the checks of service/sessions/retry-session.ts, in its order. A test compares the two. */
const REFUSAL_OF_RETRY = `CASE
  WHEN f.end_reason IS NULL THEN 'session_not_ended'
  WHEN f.end_reason = 'completed' THEN 'session_completed'
  WHEN f.recorded_models THEN 'session_is_replay'
  WHEN f.lifecycle_state IS NULL THEN 'agent_not_found'
  WHEN f.lifecycle_state = 'suspended' THEN 'agent_suspended'
  WHEN f.lifecycle_state = 'terminated' THEN 'agent_terminated'
  WHEN f.models_code IS NOT NULL THEN f.models_code
  WHEN EXISTS (SELECT FROM tool_call c WHERE c.session_id = f.id AND c.tenant_id = f.tenant_id AND c.turn >= f.last_turn
                  AND ${MAY_HAVE_CHANGED}) THEN 'effects_executed'
  WHEN coalesce(f.last_turn + 1, f.turns) >= coalesce(${P.maxTurns}::int, f.max_turns) THEN 'turns_used_up'
  WHEN NOT ${P.accepts}::boolean AND EXISTS (
    SELECT FROM tool_call c WHERE c.session_id = f.id AND c.tenant_id = f.tenant_id AND c.turn >= f.turns - 1 AND c.state = 'unknown'
       AND c.reason_code = 'tool.not_finished' AND c.effect <> 'read' AND NOT c.idempotent) THEN 'effect_unknown'
  WHEN f.run_cap IS NOT NULL AND (
    f.run_paid >= f.run_cap
    OR f.short = 'run' AND (f.run_paid + f.needed > f.run_cap
                            OR f.excess IS NOT NULL AND f.run_cap <= f.told_cap)) THEN 'budget_exhausted'
  WHEN f.day_cap IS NOT NULL AND (
    f.day_paid >= f.day_cap
    OR f.short = 'agent_day' AND (f.day_paid + f.needed > f.day_cap
                                  OR f.excess IS NOT NULL AND f.day_cap <= f.told_cap)) THEN 'budget_exhausted'
END`;

const REFUSAL = `CASE ${P.action}
  WHEN 'retry' THEN ${REFUSAL_OF_RETRY}
  WHEN 'delete' THEN CASE WHEN f.end_reason IS NULL THEN 'session_not_ended' END
  WHEN 'resume' THEN CASE WHEN f.end_reason IS NOT NULL THEN 'session_ended' WHEN f.tenant_paused THEN 'tenant_paused'
                        WHEN f.agent_paused THEN 'agent_paused' END
  ELSE CASE WHEN f.end_reason IS NOT NULL THEN 'session_ended' END
END`;

/** The names of accounts are made in subqueries of their own (session-read.ts says why). */
const factsOf = (
  rows: string,
) => `SELECT s.id, s.tenant_id, s.agent_id, s.end_reason, s.turns, s.max_turns, s.created_at, a.lifecycle_state,
         coalesce((s.replay->>'recordedModels')::boolean, false) AS recorded_models,
         CASE WHEN ${P.fromLastTurn}::boolean THEN
           (SELECT max(t.turn) FROM turn t WHERE t.session_id = s.id AND ${madeItself('s', 't.turn')}) END AS last_turn,
         EXISTS (SELECT FROM tenant p WHERE p.id = s.tenant_id AND p.paused_at IS NOT NULL) AS tenant_paused,
         a.paused_at IS NOT NULL AS agent_paused, m.code AS models_code,
         coalesce(${P.cap}::bigint, b.cap_nano) AS run_cap, coalesce(b.spent_nano + b.excess_nano, 0) AS run_paid,
         coalesce(d.cap_nano, a.budget_daily_nano) AS day_cap, coalesce(d.spent_nano + d.excess_nano, 0) AS day_paid,
         CASE WHEN s.end_reason = 'budget_exhausted' THEN s.budget->>'account' END AS short,
         round((s.budget->>'neededUsd')::numeric * 1e9) AS needed, s.budget->>'excessUsd' AS excess,
         round((s.budget->>'capUsd')::numeric * 1e9) AS told_cap
    FROM ${rows} s
    LEFT JOIN agent a ON a.tenant_id = s.tenant_id AND a.agent_id = s.agent_id
    CROSS JOIN LATERAL (SELECT 'run:' || s.id AS run, 'day:' || s.agent_id || ':' || ${P.day}::text AS day OFFSET 0) n
    LEFT JOIN budget_account b ON b.tenant_id = s.tenant_id AND b.account = n.run
    LEFT JOIN budget_account d ON d.tenant_id = s.tenant_id AND d.account = n.day
    LEFT JOIN jsonb_to_recordset(${P.models}::jsonb) AS m (models jsonb, "onBudget" text, code text)
      ON m."onBudget" = s.on_budget AND coalesce(m.models, 'null') = coalesce(s.models, 'null')`;

/** The cost of the latest completed sessions of each agent, on average. */
const AVERAGES = `SELECT g.agent_id, (SELECT avg(b.spent_nano + b.excess_nano)
           FROM (SELECT 'run:' || c.id AS account FROM session c
                  WHERE c.tenant_id = g.tenant_id AND c.agent_id = g.agent_id AND c.end_reason = 'completed'
                  ORDER BY c.created_at DESC LIMIT 50 OFFSET 0) c
           JOIN budget_account b ON b.tenant_id = g.tenant_id AND b.account = c.account) AS nano
    FROM (SELECT DISTINCT tenant_id, agent_id FROM judged WHERE refusal IS NULL) g`;

/** Says what would become of the sessions that match, by the code of their refusal. */
export async function previewBulk(tx: Tx, filter: SessionFilter, asked: ActionAsked): Promise<BulkPreviewRow[]> {
  planFreely(tx);
  const { key, rows } = searchOf(filter);
  const goesOn = asked.action === 'retry' || asked.action === 'resume';
  return tx.query<BulkPreviewRow>(
    `preview-bulk:${key}`,
    `WITH facts AS MATERIALIZED (${factsOf(rows)}), judged AS MATERIALIZED (SELECT f.*, ${REFUSAL} AS refusal FROM facts f),
          averages AS MATERIALIZED (${AVERAGES})
     SELECT refusal, count(*)::int AS sessions, (array_agg(id ORDER BY created_at, id))[1] AS example,
            coalesce(sum(least(greatest(v.nano - run_paid, 0), run_cap - run_paid)) FILTER (WHERE ${P.goesOn}::boolean), 0)::bigint AS "costNano",
            CASE WHEN NOT ${P.goesOn}::boolean THEN 0 WHEN bool_or(run_cap IS NULL) THEN NULL
                 ELSE sum(greatest(run_cap - run_paid, 0)) END::bigint AS "leftNano",
            (count(*) FILTER (WHERE ${P.goesOn}::boolean AND v.nano IS NULL))::int AS "withoutEstimate"
       FROM judged LEFT JOIN averages v USING (agent_id)
      GROUP BY refusal ORDER BY count(*) DESC`,
    [
      ...filterValues(tx, filter),
      asked.action,
      asked.maxTurns,
      asked.capNano,
      asked.acceptsUnknownEffects,
      JSON.stringify(asked.refusedModels),
      asked.day,
      goesOn,
      asked.fromLastTurn,
    ],
  );
}

export interface SampledSession {
  readonly id: string;
  readonly agentId: string;
  readonly status: SessionStatus;
  readonly endReason: EndReason | null;
  readonly createdAt: Date;
}

/** The first sessions that match, the oldest first: those that a job takes up first. */
export async function sampleSessions(tx: Tx, filter: SessionFilter, limit: number): Promise<SampledSession[]> {
  const { key, rows } = searchOf(filter);
  return tx.query<SampledSession>(
    `sample-sessions:${key}`,
    `SELECT s.id, s.agent_id AS "agentId", s.status, s.end_reason AS "endReason", s.created_at AS "createdAt"
       FROM ${rows} s ORDER BY s.created_at, s.id LIMIT ${OWN[0]}`,
    [...filterValues(tx, filter), limit],
  );
}
