import type { SharedStack } from './stack.ts';

interface Differing {
  readonly id: string;
  readonly cost: string;
  readonly paid: string;
  readonly lastEventAt: string;
  readonly happenedAt: string;
}

/** The cost and the last event in the row of a session, unless it was imported, are those of the ledger and the log. */
export async function figureViolations(stack: SharedStack): Promise<string[]> {
  const differing = await stack.db.serviceTransaction((tx) =>
    tx.query<Differing>(
      'differing-figures',
      `SELECT * FROM (
         SELECT s.id, s.cost_nano::text AS cost, coalesce(b.spent_nano + b.excess_nano, 0)::text AS paid,
                s.last_event_at::text AS "lastEventAt", coalesce(e.created_at, s.created_at)::text AS "happenedAt"
           FROM session s
           LEFT JOIN budget_account b ON b.tenant_id = s.tenant_id AND b.account = 'run:' || s.id
           LEFT JOIN session_event e ON e.session_id = s.id AND e.seq = s.event_seq
          WHERE s.workflow_started_at IS NOT NULL AND ($1::text[] IS NULL OR s.tenant_id = ANY ($1))) f
        WHERE cost <> paid OR "lastEventAt" <> "happenedAt"`,
      [stack.tenants],
    ),
  );
  return differing.map(
    ({ id, cost, paid, lastEventAt, happenedAt }) =>
      `${id} is found by a cost of ${cost} and an event at ${lastEventAt}, and has ${paid} and ${happenedAt}`,
  );
}
