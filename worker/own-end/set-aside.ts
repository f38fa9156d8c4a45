import { lockedSession } from '../../activities/session/behind-lock.ts';
import type { Database } from '../../db/database.ts';
import { type DeathCause, type DeathSuspect, deathSuspects, forgetDeathsOf } from '../../db/queries/worker-death.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import { type Repeating, repeating } from '../repeating.ts';
import { placeOfSuspect, type WatchedStages } from './watched-stages.ts';

export interface SetAsideDeps {
  readonly db: Database;
  readonly watched: Pick<WatchedStages, 'suspect'>;
  readonly notifier: { eventsAppended(sessionId: string): void };
  readonly warn: (message: string, error?: unknown) => void;
}

const LOOK_EVERY_MS = 5_000;
/** The first death says only that the session was there. The second, with its code running, says that it was the cause. */
const DEATHS = 2;

/**
 * Ends the sessions that ended their worker twice at the same place, and tells the watch which stages are suspects. The first look
 * is over before this resolves, so that a worker that was just started does not take such a session again.
 */
export async function createSetAside(deps: SetAsideDeps): Promise<Pick<Repeating, 'stop'>> {
  const look = async () => {
    const suspects = await deps.db.serviceTransaction(deathSuspects);
    deps.watched.suspect(new Set(suspects.map(placeOfSuspect)));
    for (const suspect of suspects) if (isCause(suspect)) await setAside(suspect);
  };
  const onError = (error: unknown) =>
    deps.warn('It could not be looked for sessions that ended their worker; the next look comes.', error);
  await look().catch(onError);
  return repeating({ everyMs: LOOK_EVERY_MS, work: look, onError });

  async function setAside(suspect: DeathSuspect): Promise<void> {
    await deps.db.transaction(suspect.tenantId, async (tx) => {
      const { session, ended } = await lockedSession(tx, suspect.sessionId);
      if (ended === undefined) {
        await endInTransaction(tx, session, 'error', { code: 'session.set_aside', message: wordsFor(suspect) });
      }
    });
    deps.notifier.eventsAppended(suspect.sessionId);
    // If this process dies before, the next look finds a session that has ended.
    await deps.db.serviceTransaction(async (tx) => forgetDeathsOf(tx, suspect.sessionId));
  }
}

function isCause({ deaths, proven }: DeathSuspect): boolean {
  return deaths >= DEATHS && proven > 0;
}

function wordsFor({ stage, cause, deaths }: DeathSuspect): string {
  return `This session was set aside, because its stage ${stage} ended the worker ${deaths} times: ${WORDS[cause]}.`;
}

const WORDS: Readonly<Record<DeathCause, string>> = {
  hang: 'it did not come to an end',
  memory: 'it used up the memory',
};
