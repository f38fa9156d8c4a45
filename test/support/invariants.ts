import { auditViolations } from './invariant-audit.ts';
import { figureViolations } from './invariant-figures.ts';
import { ledgerViolations } from './invariant-ledger.ts';
import { lineViolations } from './invariant-lines.ts';
import { logViolations } from './invariant-log.ts';
import { secretViolations } from './invariant-secrets.ts';
import { toolViolations } from './invariant-tools.ts';
import type { SharedStack } from './stack.ts';
import { until } from './until.ts';

export interface SessionFacts {
  readonly id: string;
  readonly status: 'running' | 'idle' | 'ended';
  readonly retries: number;
}

/**
 * Checks what must hold for every session of a stack after any fault. Run it after each test.
 * @throws Error that lists each violation with its invariant. (I7 has a test of its own, replay.test.ts.)
 */
export async function checkInvariants(stack: SharedStack): Promise<void> {
  await atRest(stack);
  const sessions = await stack.db.serviceTransaction((tx) =>
    tx.query<SessionFacts>(
      'facts-of-sessions',
      'SELECT id, status, retries FROM session WHERE ($1::text[] IS NULL OR tenant_id = ANY ($1)) ORDER BY id',
      [stack.tenants],
    ),
  );
  const fresh = sessions.filter((session) => !stack.checked.has(session.id));
  const violations = [
    ...(await logViolations(stack, fresh)),
    ...(await ledgerViolations(stack)),
    ...(await figureViolations(stack)),
    ...(await toolViolations(stack, fresh)),
    ...(await auditViolations(stack, fresh)),
    ...(await secretViolations(stack, fresh)),
    ...(await lineViolations(stack, fresh)),
  ];
  if (violations.length > 0) throw new Error(`Invariants do not hold:\n${violations.join('\n')}`);
  for (const session of fresh) if (session.status === 'ended') stack.checked.add(session.id);
}

/** I6: every session becomes idle or ends by itself, and the workflow of an ended one closes. */
async function atRest(stack: SharedStack): Promise<void> {
  await until('[I6] every session to be idle or ended', async () => {
    const running = await stack.db.serviceTransaction((tx) =>
      tx.query<{ id: string }>('sessions-under-way', `SELECT id FROM session WHERE status = 'running'`),
    );
    return running.length === 0;
  });
  const ended = await stack.db.serviceTransaction((tx) =>
    tx.query<{ id: string }>(
      'sessions-that-ended',
      `SELECT id FROM session WHERE status = 'ended' AND ($1::text[] IS NULL OR tenant_id = ANY ($1))`,
      [stack.tenants],
    ),
  );
  for (const { id } of ended.filter((session) => !stack.checked.has(session.id))) {
    await until(`[I6] the workflow of ${id} to close`, async () => {
      const { status } = await stack.temporal.workflow.getHandle(id).describe();
      return status.name !== 'RUNNING';
    });
  }
}
