import pg from 'pg';

/** The tables of a tenant with many sessions, written by SQL. Nobody runs these sessions. */
export interface FilledSessions {
  readonly tenantId: string;
  readonly agents: readonly string[];
  readonly ended: readonly string[];
  readonly idle: readonly string[];
}

/** `BENCH_OPS_SESSIONS` sets another number, to see quickly whether the benchmark works. */
export const SESSIONS = Number(process.env.BENCH_OPS_SESSIONS ?? 200_000);
export const EVENTS_EACH = 20;
/** One session in so many lives. */
const LIVE_EVERY = 50;
const AGENTS = 40;
const SAMPLE = 2_000;

const id = `'sess_bench' || lpad(n::text, 16, '0')`;
const agent = `'filled-' || (n % ${AGENTS})`;
/** The sessions were made over thirty days, the newest of them just now. */
const createdAt = `now() - make_interval(secs => (${SESSIONS} - n) * 30 * 86400.0 / ${SESSIONS})`;
const isLive = `n % ${LIVE_EVERY} = 0`;
const reason = `CASE WHEN n % 20 = 1 THEN 'error' WHEN n % 40 = 3 THEN 'max_turns' WHEN n % 100 = 7 THEN 'terminated' ELSE 'completed' END`;
const error = `CASE WHEN n % 20 = 1 THEN jsonb_build_object('code', CASE WHEN n % 40 = 1 THEN 'no_model_available' ELSE 'prompt_too_long' END,
  'message', 'No model could serve this turn (model.quota_exhausted). The provider says: quota of project p' || (n % 997) || ' exceeded') END`;
const model = `CASE WHEN n % 1000 = 11 THEN 'rare' WHEN n % 3 = 0 THEN 'large' ELSE 'small' END`;
const all = `generate_series(1, ${SESSIONS}) n`;

/** Each statement stands for one table. Triggers are off, so what they would write is written here. */
const STATEMENTS: Readonly<Record<string, string>> = {
  agents: `INSERT INTO agent (tenant_id, agent_id, display_name, department)
    SELECT $1::text, 'filled-' || n, 'Filled', CASE WHEN n < 4 THEN 'small-team' ELSE 'rest' END FROM generate_series(0, ${AGENTS - 1}) n`,
  sessions: `INSERT INTO session (id, tenant_id, agent_id, status, idle_cause, end_reason, error, error_code, max_turns, turns, on_complete,
      idle_timeout_ms, metadata, event_seq, inbox_seq, consumed_inbox_seq, signalled_seq, workflow_started_at, reconcile_at, created_at,
      updated_at, last_event_at, cost_nano, ended_at, ended_turns, ended_cost_nano)
    SELECT ${id}, $1::text, ${agent}, CASE WHEN ${isLive} THEN 'idle' ELSE 'ended' END, CASE WHEN ${isLive} THEN 'awaiting_input' END,
      CASE WHEN NOT ${isLive} THEN ${reason} END, CASE WHEN NOT ${isLive} THEN ${error} END, CASE WHEN NOT ${isLive} THEN ${error}->>'code' END,
      10, 1 + n % 9, 'end', 2592000000, jsonb_build_object('ticket', 'T-' || n, 'team', n % 50), ${EVENTS_EACH}, 1, 1, 1, ${createdAt},
      'infinity', ${createdAt}, ${createdAt} + interval '1 minute',
      ${createdAt} + interval '1 minute', (n % 10000)::bigint * 1000000, CASE WHEN NOT ${isLive} THEN ${createdAt} + interval '1 minute' END,
      CASE WHEN NOT ${isLive} THEN 1 + n % 9 END, CASE WHEN NOT ${isLive} THEN (n % 10000)::bigint * 1000000 END FROM ${all}`,
  accounts: `INSERT INTO budget_account (tenant_id, account, spent_nano) SELECT $1::text, 'run:' || ${id}, (n % 10000)::bigint * 1000000 FROM ${all}`,
  turns: `INSERT INTO turn (session_id, turn, tenant_id, manifest, task_class, answered_by, answer, created_at, answered_at, closed_at)
    SELECT ${id}, n % 9, $1::text, '{}', 'chat', '{"selection": 0}', '{"text": "Yes.", "toolCalls": []}', ${createdAt}, ${createdAt}, ${createdAt} FROM ${all}`,
  selections: `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates, propensity, request_bytes, max_tokens)
    SELECT ${id}, n % 9, 0, $1::text, 'prov_bench', 'filled', ${model}, 'sampled', '[]', 1, 1, 1 FROM ${all}`,
  attempts: `INSERT INTO model_attempt (session_id, turn, selection, attempt, tenant_id, agent_id, provider, model, day_account, state, reserved_nano)
    SELECT ${id}, n % 9, 0, 1, $1::text, ${agent}, 'filled', ${model}, 'day', 'settled', 1 FROM ${all}`,
  calls: `INSERT INTO tool_call (session_id, id, turn, call_index, tenant_id, tool_name, server_id, server_tool, effect, idempotent, bundled, args, verdict, state, output, is_error)
    SELECT ${id}, 'call_1', n % 9, 0, $1::text, 'workspace_read', 'workspace', 'read', 'read', true, true, '{}', 'allow', 'succeeded', 'ok', false FROM ${all} WHERE n % 4 = 0`,
  labels: `INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
    SELECT $1::text, ${id}, l.kind, l.value, ${createdAt} FROM ${all} CROSS JOIN LATERAL (
      SELECT 'model', ${model} UNION ALL SELECT 'provider', 'filled' UNION ALL SELECT 'arm', 'filled/' || (${model})
      UNION ALL SELECT 'metadata_key', 'ticket' UNION ALL SELECT 'metadata_key', 'team'
      UNION ALL SELECT 'metadata', 'ticket=T-' || n UNION ALL SELECT 'metadata', 'team=' || (n % 50)
      UNION ALL SELECT 'tool', t FROM unnest(ARRAY['workspace_read', 'workspace/read']) t WHERE n % 4 = 0
      UNION ALL SELECT 'error_word', w FROM unnest(words_of_error((${error})->>'message')) w WHERE n % 20 = 1 AND NOT ${isLive}) l (kind, value)`,
  events: `INSERT INTO session_event (session_id, seq, tenant_id, key, type, data, created_at)
    SELECT ${id}, e, $1::text, 'e' || e, 'agent.message', '{"text":"Some words of an answer that stands for all others."}',
      ${createdAt} + e * interval '3 seconds' FROM ${all} CROSS JOIN generate_series(1, ${EVENTS_EACH}) e`,
};

/** Writes them for the only tenant of a stack. @param databaseUrl of a superuser */
export async function fillSessions(databaseUrl: string, log: (line: string) => void): Promise<FilledSessions> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM tenant');
    const tenantId = rows[0]?.id;
    if (tenantId === undefined) throw new Error('The stack has no tenant.');
    await client.query(
      `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '256MB'`,
    );
    for (const [table, statement] of Object.entries(STATEMENTS)) {
      const sinceMs = performance.now();
      await client.query(statement, [tenantId]);
      log(`${table} are there after ${((performance.now() - sinceMs) / 1_000).toFixed(0)} s`);
    }
    await client.query('VACUUM ANALYZE');
    log('vacuumed');
    const sample = async (status: string) => {
      const found = await client.query<{ id: string }>(
        `SELECT id FROM session WHERE status = $1 AND id LIKE 'sess_bench%' ORDER BY md5(id) LIMIT ${SAMPLE}`,
        [status],
      );
      return found.rows.map((row) => row.id);
    };
    const agents = Array.from({ length: AGENTS }, (_, n) => `filled-${n}`);
    return { tenantId, agents, ended: await sample('ended'), idle: await sample('idle') };
  } finally {
    await client.end();
  }
}
