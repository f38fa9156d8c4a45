import type { LifecycleState } from '../contract/agents.ts';
import type { SessionError } from '../contract/events.ts';

/** What decides whether a run may go on, and who decided it. */
export interface MayRun {
  readonly lifecycleState: LifecycleState;
  /** The API key that gave the agent its state, by the audit. Null: the agent is active, or the audit does not say. */
  readonly lifecycleBy: string | null;
  /** The state of the API key that started the run. */
  readonly key: 'valid' | 'revoked' | 'expired';
  /** The API key that revoked it, by the audit. */
  readonly keyRevokedBy: string | null;
}

/** The reason why a run may not go on, and who caused it. Undefined: it may. */
export function whoTerminates(run: MayRun): SessionError | undefined {
  switch (run.lifecycleState) {
    case 'suspended':
    case 'terminated': {
      const how = `${run.lifecycleState} the agent while this session ran.`;
      return { code: `agent_${run.lifecycleState}`, ...done(run.lifecycleBy, how) };
    }
    case 'active':
      break;
  }
  switch (run.key) {
    case 'valid':
      return undefined;
    case 'revoked':
      return { code: 'key_revoked', ...done(run.keyRevokedBy, 'revoked the API key that started this run.') };
    case 'expired':
      return { code: 'key_expired', message: 'The API key that started this run has expired.' };
  }
}

function done(by: string | null, how: string): Pick<SessionError, 'message' | 'by'> {
  return by === null ? { message: `Somebody ${how}` } : { message: `The API key ${by} ${how}`, by };
}
