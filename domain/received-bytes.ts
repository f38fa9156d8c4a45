import type { SessionError } from '../contract/events.ts';
import { limitNamed, limitSentence, reachedBy } from './tenant-limits.ts';

/** The bytes that models and tool servers have sent to a session, and the most that they may send. */
export interface ReceivedBytes {
  readonly receivedBytes: number;
  readonly mostReceivedBytes: number;
}

/** The error with which a session ends that was sent more than its tenant may have sent to one. Undefined: it may go on. */
export function receivedTooMuch({ receivedBytes, mostReceivedBytes }: ReceivedBytes): SessionError | undefined {
  const name = 'session_received_bytes';
  const reached = reachedBy({ name, used: receivedBytes, limit: mostReceivedBytes }, 0);
  if (reached === undefined) return undefined;
  return { code: 'session.received_too_much', message: `${limitSentence(reached)} ${limitNamed(name).remedy}` };
}
