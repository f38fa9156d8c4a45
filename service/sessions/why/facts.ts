import type { Cause, Remedy, SessionWhy } from '../../../contract/why.ts';
import type { Outage } from '../../../db/queries/circuit.ts';
import type { SessionView } from '../../../db/queries/session-read.ts';
import type { StandingOfSession } from '../../../db/queries/session-why.ts';
import type { WorkflowProgress } from '../../../temporal/workflow-progress.ts';

/** All that is known of a session when somebody asks why it stands where it stands. */
export interface Facts {
  readonly session: SessionView;
  readonly standing: StandingOfSession;
  /** The models that the run may use and that are out. */
  readonly outages: readonly Outage[];
  /** The ids of the tenant's providers, by their names. */
  readonly providerIds: ReadonlyMap<string, string>;
  /** What Temporal knows of the workflow. Undefined: nothing of it depends on Temporal, which was not asked. */
  readonly workflow: WorkflowProgress | undefined;
  /** Whether a worker polls. Undefined: nobody waits for one, or Temporal does not say. */
  readonly polled: boolean | undefined;
}

/** The parts of an explanation that do not come from the facts of the session. */
export interface Told {
  readonly sentence: string;
  readonly waits_for: SessionWhy['waits_for'];
  readonly since: string;
  readonly until?: string | undefined;
  readonly stage?: SessionWhy['stage'];
  readonly causes?: readonly Cause[] | undefined;
  readonly unblocked_by?: readonly Remedy[] | undefined;
  readonly unknown?: readonly string[] | undefined;
}

/** The time for which a stage may be about to begin. Whoever waits longer for a worker is told so. */
export const ABOUT_TO_MS = 1_000;

export const ofSession = (id: string, verb: string): string => `/v1/sessions/${id}/${verb}`;

export function usd(amount: number): string {
  return `$${amount}`;
}

/** True while somebody wants the session to pause, by itself or with others. */
export function isToPause({ pausedBy, agentPausedBy, tenantPausedBy, suspended }: StandingOfSession): boolean {
  return pausedBy !== null || agentPausedBy !== null || tenantPausedBy !== null || suspended;
}

/** True when a moment is longer ago than a stage needs to begin. */
export function isOverdue({ standing }: Facts, since: string | Date | undefined): boolean {
  if (since === undefined) return false;
  return standing.now.getTime() - new Date(since).getTime() > ABOUT_TO_MS;
}

/** The word on workers for a session whose next step none has taken. */
export function aboutWorkers({ polled }: Facts): { sentence: string; unknown: readonly string[] } {
  if (polled === false) return { sentence: 'No worker polls the task queue: start one.', unknown: [] };
  if (polled === undefined) {
    return {
      sentence: 'No worker has taken its next step.',
      unknown: ['Temporal did not say whether a worker polls.'],
    };
  }
  return {
    sentence: 'No worker has taken its next step.',
    unknown: [
      'A worker polled within the last minute. Temporal cannot tell whether it is there no more, or has too much to do.',
    ],
  };
}
