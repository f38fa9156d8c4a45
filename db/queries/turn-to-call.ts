import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import type { SizedSummary } from './session-summary.ts';
import { isSuspended } from './tenant.ts';
import { summariesOf } from './transcript-turns.ts';
import { contextText } from './turn.ts';

/** The texts of a prompt, without the transcript. */
export interface PromptTexts {
  readonly system: string | null;
  /** Null if no volatile source has content. */
  readonly volatile: string | null;
  /** The summary that its prompt was sized with. Null if there was none. */
  readonly summary: SizedSummary | null;
  /** Pins of the tools with which the prompt was sized. Null if a process of an earlier version stored the turn without them. */
  readonly toolPins: readonly string[] | null;
  /** The failure type of the last selection of this turn that failed. Null if none did. */
  readonly failedBefore: string | null;
}

/** A turn whose model is to be called: the selection, and the prompt without the transcript. */
export interface TurnToCall extends PromptTexts {
  /** True if an answer is stored already. */
  readonly answered: boolean;
  readonly provider: string;
  readonly model: string;
  readonly requestBytes: number;
  readonly maxTokens: number;
  /** True when the request must ask for no prompt cache: its reservation does not pay for writing into one. */
  readonly withoutCache: boolean;
  /** True if the answer might be longer with more money. */
  readonly clampedForMoney: boolean;
  readonly failedType: string | null;
  /** Tokens of the whole prompt, by our own tokenizer. */
  readonly promptTokens: number;
  readonly interrupted: boolean;
  /** True while the tenant is suspended. */
  readonly suspended: boolean;
}

/** The columns of PromptTexts, of a row `t` of a turn. The arguments are expressions. */
export const promptTexts = ({ tenantId, sessionId, turn, selection }: Record<PromptPlace, string>): string => `
            ${contextText(sessionId, tenantId, "t.manifest->>'systemHash'")} AS system,
            ${contextText(sessionId, tenantId, "t.manifest->>'volatileHash'")} AS volatile,
            (SELECT jsonb_build_object('throughTurn', y.through_turn, 'text', y.text, 'bytes', y.bytes)
               FROM ${summariesOf(sessionId, (y) => `${y}.through_turn = (t.manifest->>'summaryThrough')::int`)} y) AS summary,
            t.manifest->'toolPins' AS "toolPins",
            (SELECT x.failed_type FROM selection x
              WHERE x.session_id = ${sessionId} AND x.turn = ${turn} AND x.selection < ${selection}
                AND x.failed_type IS NOT NULL AND x.selection >= t.first_selection
              ORDER BY x.selection DESC LIMIT 1) AS "failedBefore"`;

type PromptPlace = 'tenantId' | 'sessionId' | 'turn' | 'selection';

/** @returns undefined when there is no such turn or selection */
export async function readTurnToCall(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: number,
): Promise<TurnToCall | undefined> {
  const rows = await tx.query<TurnToCall>(
    'read-turn-to-call',
    `SELECT t.answer IS NOT NULL AS answered,
            ${promptTexts({ tenantId: '$1', sessionId: '$2', turn: '$3', selection: '$4' })},
            s.provider, s.model, s.request_bytes AS "requestBytes", s.max_tokens AS "maxTokens", s.without_cache AS "withoutCache",
            coalesce(s.max_tokens < s.wanted_tokens, false) AS "clampedForMoney",
            s.failed_type AS "failedType", coalesce(s.prompt_tokens, (t.manifest->>'promptTokens')::int, 0) AS "promptTokens",
            ${interruptWaiting('$2')} AS interrupted, ${isSuspended('$1')} AS suspended
       FROM turn t JOIN selection s ON s.session_id = t.session_id AND s.turn = t.turn
      WHERE t.session_id = $2 AND t.turn = $3 AND s.selection = $4`,
    [tx.tenantId, sessionId, turn, selection],
  );
  return rows[0];
}
