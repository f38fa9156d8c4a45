import type { SessionRow } from '../../db/queries/session.ts';
import { ServiceError } from '../verb/service-error.ts';

/** Refuses what a session whose answers are recorded cannot do. @throws ServiceError session_is_replay */
export function refuseReplay({ replay }: Pick<SessionRow, 'replay'>, why: string): void {
  if (!replay?.recordedModels) return;
  throw new ServiceError('session_is_replay', `The session is a replay with recorded answers. ${why}`, {
    recovery: { action: 'Replay the recorded session again, with other models if there is more to say.' },
  });
}
