import type { StoredAnswer, TurnDecision } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import type { SelectionRow } from './routing.ts';
import { summaryDue } from './session-summary.ts';
import { turnBefore, turnsOf } from './transcript-turns.ts';

/** A turn whose account is to be closed. */
export interface TurnToDebit {
  /** Set if the turn is closed already. */
  readonly decision: TurnDecision | null;
  readonly taskClass: string;
  /** The time since it began, when this transaction began. */
  readonly ageMs: number;
  readonly answer: {
    readonly hasText: boolean;
    readonly partial: boolean;
    readonly withheld: boolean;
    readonly stoppedBy: StoredAnswer['stoppedBy'] | null;
    readonly cutForBudget: boolean;
  } | null;
  /** True if the answer before was withheld, too, and the user has said nothing since: the model has had its second chance. */
  readonly withheldBefore: boolean;
  /** The selection of the model that answered. */
  readonly selection: Pick<SelectionRow, 'provider' | 'model' | 'candidates'> | null;
  /** The cost of the turn's model calls, including attempts that failed. */
  readonly costNano: bigint;
  /** The cost of the answer alone, as its provider reported it. Null if the provider did not. */
  readonly answerCostNano: bigint | null;
  /** True if an attempt of the session still holds money. */
  readonly attemptOpen: boolean;
  /** True if an interrupt waits in the inbox of the session. */
  readonly interrupted: boolean;
  /** True if earlier turns are about to leave the prompt, and no summary covers them. */
  readonly summaryDue: boolean;
}

export async function readTurnToDebit(tx: Tx, sessionId: string, turn: number): Promise<TurnToDebit | undefined> {
  const rows = await tx.query<TurnToDebit>(
    'read-turn-to-debit',
    `SELECT t.decision, t.task_class AS "taskClass", (extract(epoch FROM now() - t.created_at) * 1000)::float8 AS "ageMs",
            CASE WHEN t.answer IS NOT NULL THEN jsonb_build_object('hasText', t.answer->>'text' <> '',
              'partial', t.answer @> '{"partial": true}', 'withheld', t.answer @> '{"withheld": true}',
              'stoppedBy', t.answer->'stoppedBy', 'cutForBudget', t.answer @> '{"cutForBudget": true}') END AS answer,
            (SELECT jsonb_build_object('provider', s.provider, 'model', s.model, 'candidates', s.candidates) FROM selection s
              WHERE s.session_id = $1 AND s.turn = $2 AND s.selection = (t.answered_by->>'selection')::int) AS selection,
            (SELECT coalesce(sum(charged_nano + excess_nano), 0)::bigint FROM model_attempt
              WHERE session_id = $1 AND turn = $2) AS "costNano",
            (SELECT CASE WHEN state = 'settled' THEN charged_nano + excess_nano END FROM model_attempt
              WHERE session_id = $1 AND turn = $2 AND selection = (t.answered_by->>'selection')::int
              ORDER BY attempt DESC LIMIT 1) AS "answerCostNano",
            EXISTS (SELECT 1 FROM model_attempt
                     WHERE session_id = $1 AND state IN ('reserved', 'dispatched')) AS "attemptOpen",
            (jsonb_array_length(t.user_messages) = 0 AND EXISTS (SELECT 1 FROM ${turnsOf('$1', (b) => `${b}.turn = ${turnBefore('$1', '$2::int')}`)} b
              WHERE b.answer @> '{"withheld": true}')) AS "withheldBefore",
            ${interruptWaiting('$1')} AS interrupted, ${summaryDue('t')} AS "summaryDue"
       FROM turn t WHERE t.session_id = $1 AND t.turn = $2`,
    [sessionId, turn],
  );
  return rows[0];
}
