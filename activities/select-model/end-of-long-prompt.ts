import type { Tx } from '../../db/database.ts';
import { readTurn } from '../../db/queries/turn.ts';
import type { Arm } from '../../domain/arms.ts';
import type { ShownFailure } from '../../domain/last-failure.ts';
import type { WithoutArm } from '../../domain/no-arm.ts';
import { isTooLongForAll, promptTooLong } from '../../domain/prompt-too-long.ts';
import type { TurnRef } from '../stage-results.ts';

type End = Exclude<WithoutArm, { kind: 'wait' }>;

/** The end of a turn as decided, except that one whose prompt is too long for every model says what the prompt is made of. */
export async function endOfLongPrompt(
  tx: Tx,
  { sessionId, turn }: TurnRef,
  decided: End,
  { arms, last }: { readonly arms: readonly Arm[]; readonly last: ShownFailure | undefined },
): Promise<End> {
  if (decided.reason !== 'error' || !isTooLongForAll(arms)) return decided;
  const stored = await readTurn(tx, sessionId, turn);
  if (stored === undefined) throw new TypeError(`Turn ${turn} of ${sessionId} is not stored.`);
  return { ...decided, error: promptTooLong(arms, stored.manifest, last) };
}
