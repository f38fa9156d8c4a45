import type { SessionError } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { awaitInputAgain, PAUSE_LOOK_MS, pauseInTransaction } from '../../transitions/pause.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import { codeAndStage } from '../failure.ts';
import { endWhileIdle } from '../replay/end-as-recorded.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { EndResult, LocalActivities } from '../stage-results.ts';
import { lockedByRun } from './behind-lock.ts';
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
    const { session, ended } = await lockedByRun(tx, ref);
    if (ended !== undefined) return ended;
    if (ref.reason === 'idle_timeout') {
      const goesOn = notTimedOut(tx, session);
      if (goesOn !== undefined) return goesOn;
      if (session.replay !== null) return endWhileIdle(tx, session, session.replay);
    }
    if (ref.reason === 'terminated') return endWithStoppedWorkflow(tx, session, 'cancelled');
    return endInTransaction(tx, session, ref.reason, errorOf(ref));
  }
}

/**
 * An idle time is not over while the session is paused, and begins anew when it is resumed. A session that is paused may have
 * missed the signal that says so, and one that was resumed may, too.
 */
function notTimedOut(tx: Tx, session: SessionRow): EndResult | undefined {
  const { pausedBy, idleCause, turns } = session;
  if (pausedBy !== null) {
    if (idleCause !== 'paused') pauseInTransaction(tx, session, turns, pausedBy);
    return { kind: 'not_yet', idleLeftMs: PAUSE_LOOK_MS };
  }
  if (session.inboxSeq > session.consumedInboxSeq) return { kind: 'refused' };
  if (idleCause !== 'paused') return undefined;
  awaitInputAgain(tx, session, turns);
  return { kind: 'not_yet', idleLeftMs: session.idleTimeoutMs };
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
