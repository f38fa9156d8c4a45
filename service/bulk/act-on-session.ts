import type { BulkAction } from '../../contract/bulk.ts';
import { interruptSession } from '../sessions/interrupt-session.ts';
import { pauseSession, resumeSession } from '../sessions/pause-session.ts';
import { retrySession } from '../sessions/retry-session.ts';
import { deleteSession } from '../sessions/sessions.ts';
import { terminateSession } from '../sessions/terminate-session.ts';
import type { OperatingContext } from '../verb/context.ts';
import type { ServiceError } from '../verb/service-error.ts';

/** Does to one session what the request about it does. @throws ServiceError as that request is refused */
export async function actOnSession(
  ctx: OperatingContext,
  sessionId: string,
  { action, options }: { readonly action: BulkAction; readonly options: Record<string, unknown> },
): Promise<void> {
  const input = { sessionId };
  switch (action) {
    case 'retry':
      await retrySession({ ctx, input: { ...input, body: options } });
      return;
    case 'terminate':
      await terminateSession({ ctx, input });
      return;
    case 'interrupt':
      await interruptSession({ ctx, input });
      return;
    case 'pause':
      await pauseSession({ ctx, input });
      return;
    case 'resume':
      await resumeSession({ ctx, input });
      return;
    case 'delete':
      await deleteSession({ ctx, input });
      return;
  }
}

/** True for a refusal that passes by itself, when other sessions have ended or locks are free. */
export function passesByItself({ status }: ServiceError): boolean {
  return status === 429 || status === 503;
}
