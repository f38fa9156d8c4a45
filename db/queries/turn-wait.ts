import type { Tx } from '../database.ts';

/** What a selection waits for that cannot be made now. */
export type TurnWait = 'place' | 'money_release' | 'model_up';

/** Notes what the selection of a turn waits for, and when it looks again. @param waitedMs how long it has waited before */
export function noteWait(
  tx: Tx,
  sessionId: string,
  turn: number,
  wait: { readonly for: TurnWait; readonly waitedMs: number; readonly lookInMs: number },
): void {
  tx.send(
    'note-wait',
    `UPDATE turn SET waits = jsonb_build_object('for', $3::text, 'noted', now(),
              'since', now() - make_interval(secs => $4::float8 / 1000), 'look', now() + make_interval(secs => $5::float8 / 1000))
      WHERE session_id = $1 AND turn = $2`,
    [sessionId, turn, wait.for, wait.waitedMs, wait.lookInMs],
  );
}
