import type { LifecycleState } from '../contract/agents.ts';
import type { SessionError } from '../contract/events.ts';

/** Whose doing it is that a run may not go on. Undefined: it may. */
export function whoTerminates(run: {
  readonly lifecycleState: LifecycleState;
  readonly keyRevoked: boolean;
}): SessionError | undefined {
  switch (run.lifecycleState) {
    case 'suspended':
      return { code: 'agent_suspended', message: 'Somebody suspended the agent while this session ran.' };
    case 'terminated':
      return { code: 'agent_terminated', message: 'Somebody terminated the agent while this session ran.' };
    case 'active':
      break;
  }
  if (!run.keyRevoked) return undefined;
  return { code: 'key_revoked', message: 'The API key that started this run was revoked or has expired.' };
}
