import type { SelectionCandidate } from '../../domain/routing-records.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import type { Tx } from '../database.ts';
import { runAccount } from './ledger.ts';
import { SUMMARY_SELECTION } from './model-attempt.ts';

/** The account that stands in place of an agent's day where nothing is paid. There is no such account. */
const NOT_PAID = 'recorded';

/** Says that a session, inserted by this transaction, replays another one. Its images and files are copied: prompts show them. */
export function markReplay(tx: Tx, sessionId: string, replay: SessionReplay): void {
  tx.send('mark-replay', 'UPDATE session SET replay = $2 WHERE id = $1', [sessionId, JSON.stringify(replay)]);
  tx.send(
    'copy-images',
    `INSERT INTO image (session_id, id, tenant_id, media_type, width, height, content)
     SELECT $1, id, tenant_id, media_type, width, height, content FROM image WHERE session_id = $2 AND tenant_id = $3`,
    [sessionId, replay.of, tx.tenantId],
  );
  tx.send(
    'copy-result-files',
    `INSERT INTO result_file (session_id, id, tenant_id, media_type, content)
     SELECT $1, id, tenant_id, media_type, content FROM result_file WHERE session_id = $2 AND tenant_id = $3`,
    [sessionId, replay.of, tx.tenantId],
  );
}

/** True when a session made all turns of its transcript itself, from 0 on: it neither began with those of another nor was rewound. */
export async function isOneLine(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query(
    'is-one-line',
    'SELECT 1 FROM session WHERE id = $1 AND tenant_id = $2 AND first_turn = 0 AND own_from = 0',
    [sessionId, tx.tenantId],
  );
  return rows.length > 0;
}

/** The bytes of the images and files of a session. */
export async function fileBytesOf(tx: Tx, sessionId: string): Promise<number> {
  const rows = await tx.query<{ bytes: number }>(
    'file-bytes-of-session',
    `SELECT (coalesce((SELECT sum(octet_length(content)) FROM image WHERE session_id = $1 AND tenant_id = $2), 0)
             + coalesce((SELECT sum(octet_length(content)) FROM result_file WHERE session_id = $1 AND tenant_id = $2), 0))::float8 AS bytes`,
    [sessionId, tx.tenantId],
  );
  return rows[0]?.bytes ?? 0;
}

/**
 * Puts messages of the recorded session into the inbox of its replay, whose row this transaction has locked or inserted.
 * @param given.signalled true when the session reads them without being woken
 */
export function feedMessages(
  tx: Tx,
  sessionId: string,
  replay: Pick<SessionReplay, 'of'>,
  given: { readonly seqs: readonly number[]; readonly ids: readonly string[]; readonly signalled: boolean },
): void {
  tx.send(
    'feed-messages',
    `WITH fed AS (
       SELECT row_number() OVER (ORDER BY seq) AS n, payload FROM session_inbox
        WHERE session_id = $2 AND tenant_id = $3 AND seq = ANY ($4)
     ), taken AS (
       UPDATE session SET inbox_seq = inbox_seq + cardinality($4::bigint[]),
              signalled_seq = CASE WHEN $7 THEN inbox_seq + cardinality($4::bigint[]) ELSE signalled_seq END,
              next_signal_at = CASE WHEN $7 THEN now() + interval '30 seconds' ELSE now() END, signal_attempts = 0,
              replay = jsonb_set(replay, '{fedSeq}', to_jsonb($6::bigint))
        WHERE id = $1 AND tenant_id = $3
       RETURNING inbox_seq - cardinality($4::bigint[]) AS before, api_key_id, request_id
     )
     INSERT INTO session_inbox (session_id, seq, id, tenant_id, type, payload, api_key_id, request_id)
     SELECT $1, taken.before + fed.n, ($5::text[])[fed.n], $3, 'user.message', fed.payload, taken.api_key_id, taken.request_id
       FROM fed, taken`,
    [sessionId, replay.of, tx.tenantId, given.seqs, given.ids, given.seqs.at(-1), given.signalled],
  );
}

/** Copies a selection as it was before it came out. @returns its candidates; undefined when there is no such selection */
export async function copySelection(
  tx: Tx,
  sessionId: string,
  sourceId: string,
  turn: number,
  selection: number,
): Promise<readonly SelectionCandidate[] | undefined> {
  const rows = await tx.query<{ candidates: readonly SelectionCandidate[] }>(
    'copy-selection',
    `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
                            propensity, request_bytes, max_tokens, prompt_tokens, transcript, without_cache, wanted_tokens)
     SELECT $1, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
            propensity, request_bytes, max_tokens, prompt_tokens, transcript, without_cache, wanted_tokens
       FROM selection WHERE session_id = $2 AND tenant_id = $3 AND turn = $4 AND selection = $5
     RETURNING candidates`,
    [sessionId, sourceId, tx.tenantId, turn, selection],
  );
  return rows[0]?.candidates;
}

export function copyFailureOfSelection(
  tx: Tx,
  sessionId: string,
  sourceId: string,
  turn: number,
  selection: number,
): void {
  tx.send(
    'copy-failure-of-selection',
    `UPDATE selection s SET failed_type = r.failed_type, failure = r.failure FROM selection r
      WHERE s.session_id = $1 AND s.turn = $4 AND s.selection = $5
        AND r.session_id = $2 AND r.tenant_id = $3 AND r.turn = $4 AND r.selection = $5`,
    [sessionId, sourceId, tx.tenantId, turn, selection],
  );
}

/**
 * Copies the attempts of a selection into the ledger of a replay, where they count in the account of its run and nowhere else:
 * nothing was paid. The request for a summary that followed the turn before comes with them. The cap does not hold what was paid
 * under an earlier one.
 */
export function copyAttempts(tx: Tx, sessionId: string, sourceId: string, turn: number, selection: number): void {
  tx.send(
    'copy-attempts',
    `WITH copied AS (
       INSERT INTO model_attempt (session_id, turn, selection, attempt, tenant_id, agent_id, provider, model, day_account, state,
                                  reserved_nano, charged_nano, excess_nano, usage, failed_type, closed_at, recorded)
       SELECT $1, turn, selection, attempt, tenant_id, agent_id, provider, model, '${NOT_PAID}', state,
              reserved_nano, charged_nano, excess_nano, usage, failed_type, now(), true
         FROM model_attempt
        WHERE session_id = $2 AND tenant_id = $3 AND state IN ('settled', 'released', 'unknown')
          AND (turn = $4 AND selection = $5 OR turn = $4 - 1 AND selection = ${SUMMARY_SELECTION})
       ON CONFLICT DO NOTHING RETURNING charged_nano, excess_nano
     )
     UPDATE budget_account SET ceiling_nano = NULL,
            spent_nano = spent_nano + (SELECT coalesce(sum(charged_nano), 0) FROM copied),
            excess_nano = excess_nano + (SELECT coalesce(sum(excess_nano), 0) FROM copied)
      WHERE tenant_id = $3 AND account = $6`,
    [sessionId, sourceId, tx.tenantId, turn, selection, runAccount(sessionId)],
  );
}

/** Copies the whole of a truncated result to a call of a replay. */
export function copyArtifact(
  tx: Tx,
  sessionId: string,
  sourceId: string,
  call: { readonly recordedId: string; readonly id: string; readonly artifactId: string },
): void {
  tx.send(
    'copy-artifact',
    `INSERT INTO artifact (session_id, id, tenant_id, tool_call_id, bytes, content)
     SELECT $1, $5, tenant_id, $6, bytes, content FROM artifact
      WHERE session_id = $2 AND tenant_id = $3 AND tool_call_id = $4 ON CONFLICT DO NOTHING`,
    [sessionId, sourceId, tx.tenantId, call.recordedId, call.artifactId, call.id],
  );
}

/** Gives a call the media of a recorded one. */
export function copyMediaOfCall(tx: Tx, sessionId: string, sourceId: string, id: string, recordedId: string): void {
  tx.send(
    'copy-media-of-call',
    `UPDATE tool_call c SET images = r.images FROM tool_call r
      WHERE c.session_id = $1 AND c.id = $4 AND r.session_id = $2 AND r.tenant_id = $3 AND r.id = $5`,
    [sessionId, sourceId, tx.tenantId, id, recordedId],
  );
}
