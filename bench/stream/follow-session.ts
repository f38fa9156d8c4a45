import type { BenchStack } from '../bench-stack.ts';
import type { Arrivals } from './arrivals.ts';
import { type OpenStream, openStream } from './open-stream.ts';

/** Follows a session's log from its first event. */
export function followSession({ stack }: BenchStack, sessionId: string, arrivals: Arrivals): Promise<OpenStream> {
  return openStream({
    url: `${stack.baseUrl}/v1/sessions/${sessionId}/events?after=0`,
    headers: { authorization: `Bearer ${stack.apiKey}` },
    onEvent: arrivals.note,
  });
}
