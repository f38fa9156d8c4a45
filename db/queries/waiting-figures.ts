import type { WaitingFigures } from '../../telemetry/worker-metrics.ts';
import type { Tx } from '../database.ts';

/**
 * Reads what waits, of all tenants. Each of the three parts reads a partial index of the rows that are open. The messages of a
 * session that waits for a person, for money or to be resumed are not late: it reads them when it goes on.
 */
export async function readWaitingFigures(tx: Tx): Promise<WaitingFigures> {
  const rows = await tx.query<WaitingFigures>(
    'read-waiting-figures',
    `SELECT a.approvals::int, a.effects_unknown::int AS "effectsUnknown", a.forms::int, m.reservations::int,
            m.reserved_usd::float8 AS "reservedUsd", coalesce(i.oldest, 0)::float8 AS "inboxOldestSeconds"
       FROM (SELECT count(*) FILTER (WHERE kind = 'approval') AS approvals,
                    count(*) FILTER (WHERE kind = 'effect_unknown') AS effects_unknown,
                    count(*) FILTER (WHERE kind = 'form') AS forms
               FROM required_action WHERE status = 'pending') a,
            (SELECT count(*) AS reservations, coalesce(sum(reserved_nano), 0) / 1e9 AS reserved_usd
               FROM model_attempt WHERE state IN ('reserved', 'dispatched')) m,
            (SELECT extract(epoch FROM now() - min(b.created_at)) AS oldest
               FROM session s JOIN session_inbox b ON b.session_id = s.id AND b.seq = s.consumed_inbox_seq + 1
              WHERE s.status <> 'ended' AND s.inbox_seq > s.consumed_inbox_seq
                AND coalesce(s.idle_cause, 'awaiting_input') = 'awaiting_input') i`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('An aggregate returned no row.');
  return row;
}
