import type { SessionError } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { codeAndStage } from '../failure.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { EndResult, LocalActivities } from '../stage-results.ts';
import { lockedSession } from './behind-lock.ts';
import { endInTransaction } from './session-transition.ts';
import { endWithStoppedWorkflow } from './stopped-workflow.ts';

type EndRef = Parameters<LocalActivities['endSession']>[0];

/**
 * Ends a session for a reason that the loop found itself. An idle time-out is refused while a message waits: it came
 * first.
 */
export function createEndSession(deps: StageDeps) {
  return async function endSession(ref: EndRef): Promise<EndResult> {
    const result = await deps.db.transaction(ref.tenantId, (tx) => end(tx, ref));
    deps.notifier.eventsAppended(ref.sessionId);
    return result;
  };

  async function end(tx: Tx, ref: EndRef): Promise<EndResult> {
    const { session, ended } = await lockedSession(tx, ref.sessionId);
    if (ended !== undefined) return ended;
    const messageWaits = session.inboxSeq > session.consumedInboxSeq;
    if (ref.reason === 'idle_timeout' && messageWaits) return { kind: 'refused' };
    if (ref.reason === 'terminated') return endWithStoppedWorkflow(tx, session, 'cancelled');
    return endInTransaction(tx, session, ref.reason, errorOf(ref));
  }
}

function errorOf({ errorCode }: EndRef): SessionError | undefined {
  if (errorCode === undefined) return undefined;
  const { code, stage } = codeAndStage(errorCode);
  return { code, message: `${messageOf(code, stage)} The log of the worker says more.` };
}

function messageOf(code: string, stage: string | undefined): string {
  const where = stage === undefined ? 'A stage of the session' : `The stage ${stage}`;
  switch (code) {
    case 'stage.too_much':
      return `${where} needed more than Postgres gives one statement, each time it was tried.`;
    case 'stage.timed_out':
      return `${where} did not end in time, each time it was tried.`;
    default:
      return `${where} failed in a way that no retry mends.`;
  }
}
