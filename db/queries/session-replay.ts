import type { SelectionCandidate } from '../../domain/routing-records.ts';
import type { RecordedMessages, SessionReplay } from '../../domain/session-replay.ts';
import type { Tx } from '../database.ts';
import { runAccount } from './ledger.ts';
import { SUMMARY_SELECTION } from './model-attempt.ts';
import type { RecordedPlace } from './session-recording.ts';
import { turnsOf } from './transcript-turns.ts';

/** The account that stands in place of an agent's day where nothing is paid. There is no such account. */
const NOT_PAID = 'recorded';

/** The sessions that made the turns of a transcript from a turn on. The parameters are expressions of SQL. */
const makersOf = (sessionId: string, fromTurn: string) =>
  `(SELECT DISTINCT t.session_id FROM ${turnsOf(sessionId, (t) => `${t}.turn >= ${fromTurn}`, 'session_id')} t)`;

/**
 * Says that a session, inserted by this transaction, replays another one. The images and files of the turns that it plays are
 * copied, because prompts show them.
 */
export function markReplay(tx: Tx, sessionId: string, replay: SessionReplay): void {
  const values = [sessionId, replay.of, tx.tenantId, replay.fromTurn];
  tx.send('mark-replay', 'UPDATE session SET replay = $2 WHERE id = $1', [sessionId, JSON.stringify(replay)]);
  tx.send(
    'copy-images',
    `INSERT INTO image (session_id, id, tenant_id, media_type, width, height, content)
     SELECT $1, id, tenant_id, media_type, width, height, content FROM image
      WHERE session_id IN ${makersOf('$2', '$4')} AND tenant_id = $3 ON CONFLICT DO NOTHING`,
    values,
  );
  tx.send(
    'copy-result-files',
    `INSERT INTO result_file (session_id, id, tenant_id, media_type, content)
     SELECT $1, id, tenant_id, media_type, content FROM result_file
      WHERE session_id IN ${makersOf('$2', '$4')} AND tenant_id = $3 ON CONFLICT DO NOTHING`,
    values,
  );
}

/** Has a session that this transaction has inserted begin behind turns that it inherits. */
export function beginAtTurn(
  tx: Tx,
  sessionId: string,
  begin: { readonly turn: number; readonly taintedBy: string | null; readonly waits: boolean },
): void {
  tx.send(
    'begin-at-turn',
    `UPDATE session SET first_turn = $3, turns = $3, own_from = $3, tainted_by = $4,
            status = CASE WHEN $5 THEN 'idle' ELSE 'running' END, idle_cause = CASE WHEN $5 THEN 'awaiting_input' END
      WHERE id = $1 AND tenant_id = $2`,
    [sessionId, tx.tenantId, begin.turn, begin.taintedBy, begin.waits],
  );
}

/** The bytes of the images and files of the turns that a replay plays. */
export async function fileBytesOf(tx: Tx, { of, fromTurn }: Pick<SessionReplay, 'of' | 'fromTurn'>): Promise<number> {
  const bytes = (table: string) =>
    `coalesce((SELECT sum(octet_length(content)) FROM ${table} WHERE session_id IN ${makersOf('$1', '$3')} AND tenant_id = $2), 0)`;
  const rows = await tx.query<{ bytes: number }>(
    'file-bytes-of-session',
    `SELECT (${bytes('image')} + ${bytes('result_file')})::float8 AS bytes`,
    [of, tx.tenantId, fromTurn],
  );
  return rows[0]?.bytes ?? 0;
}

/**
 * Puts recorded messages into the inbox of a replay, whose row this transaction has locked or inserted.
 * @param given.signalled true when the session reads them without being woken
 */
export function feedMessages(
  tx: Tx,
  sessionId: string,
  messages: Pick<RecordedMessages, 'sessionId' | 'recordedTurn' | 'seqs'>,
  given: { readonly ids: readonly string[]; readonly signalled: boolean },
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
              replay = jsonb_set(replay, '{fedTurn}', to_jsonb($6::int))
        WHERE id = $1 AND tenant_id = $3
       RETURNING inbox_seq - cardinality($4::bigint[]) AS before, api_key_id, request_id
     )
     INSERT INTO session_inbox (session_id, seq, id, tenant_id, type, payload, api_key_id, request_id)
     SELECT $1, taken.before + fed.n, ($5::text[])[fed.n], $3, 'user.message', fed.payload, taken.api_key_id, taken.request_id
       FROM fed, taken`,
    [sessionId, messages.sessionId, tx.tenantId, messages.seqs, given.ids, messages.recordedTurn, given.signalled],
  );
}

/** A selection of a replay, and where the recorded one is. */
interface CopiedSelection {
  readonly sessionId: string;
  readonly turn: number;
  readonly selection: number;
  readonly recorded: RecordedPlace;
}

/** Copies a selection as it was before it came out. @returns its candidates; undefined when there is no such selection */
export async function copySelection(
  tx: Tx,
  { sessionId, turn, selection, recorded }: CopiedSelection,
): Promise<readonly SelectionCandidate[] | undefined> {
  const rows = await tx.query<{ candidates: readonly SelectionCandidate[] }>(
    'copy-selection',
    `INSERT INTO selection (session_id, turn, selection, tenant_id, provider_id, provider, model, reason, candidates,
                            propensity, request_bytes, max_tokens, prompt_tokens, transcript, without_cache, wanted_tokens)
     SELECT $1, $6::int, selection, tenant_id, provider_id, provider, model, reason, candidates,
            propensity, request_bytes, max_tokens, prompt_tokens, transcript, without_cache, wanted_tokens
       FROM selection WHERE session_id = $2 AND tenant_id = $3 AND turn = $4 AND selection = $5
     RETURNING candidates`,
    [sessionId, recorded.sessionId, tx.tenantId, recorded.turn, selection, turn],
  );
  return rows[0]?.candidates;
}

export function copyFailureOfSelection(tx: Tx, { sessionId, turn, selection, recorded }: CopiedSelection): void {
  tx.send(
    'copy-failure-of-selection',
    `UPDATE selection s SET failed_type = r.failed_type, failure = r.failure FROM selection r
      WHERE s.session_id = $1 AND s.turn = $6 AND s.selection = $5
        AND r.session_id = $2 AND r.tenant_id = $3 AND r.turn = $4 AND r.selection = $5`,
    [sessionId, recorded.sessionId, tx.tenantId, recorded.turn, selection, turn],
  );
}

/**
 * Copies the attempts of a selection into the ledger of a replay, where they count in the account of its run and nowhere else:
 * nothing was paid. The request for a summary that followed the turn before comes with them, if the replay plays that turn. The cap
 * does not hold what was paid under an earlier one.
 */
export function copyAttempts(
  tx: Tx,
  { sessionId, turn, selection, recorded, fromTurn }: CopiedSelection & { readonly fromTurn: number },
): void {
  tx.send(
    'copy-attempts',
    `WITH copied AS (
       INSERT INTO model_attempt (session_id, turn, selection, attempt, tenant_id, agent_id, provider, model, day_account, state,
                                  reserved_nano, charged_nano, excess_nano, usage, failed_type, closed_at, recorded)
       SELECT $1, turn - $4::int + $7::int, selection, attempt, tenant_id, agent_id, provider, model, '${NOT_PAID}', state,
              reserved_nano, charged_nano, excess_nano, usage, failed_type, now(), true
         FROM model_attempt
        WHERE session_id = $2 AND tenant_id = $3 AND state IN ('settled', 'released', 'unknown')
          AND (turn = $4 AND selection = $5 OR turn = $4 - 1 AND turn >= $8 AND selection = ${SUMMARY_SELECTION})
       ON CONFLICT DO NOTHING RETURNING charged_nano, excess_nano
     )
     UPDATE budget_account SET ceiling_nano = NULL,
            spent_nano = spent_nano + (SELECT coalesce(sum(charged_nano), 0) FROM copied),
            excess_nano = excess_nano + (SELECT coalesce(sum(excess_nano), 0) FROM copied)
      WHERE tenant_id = $3 AND account = $6`,
    [sessionId, recorded.sessionId, tx.tenantId, recorded.turn, selection, runAccount(sessionId), turn, fromTurn],
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
