import type { BenchStack } from '../bench-stack.ts';
import { type OpenStream, openStream, type StreamRequest } from './open-stream.ts';

/** Follows a session's log from its first event. */
export function followSession(
  { stack }: BenchStack,
  sessionId: string,
  { include, onEvent }: { readonly include?: readonly string[]; readonly onEvent: StreamRequest['onEvent'] },
): Promise<OpenStream> {
  const asked = include === undefined ? '' : `&include=${include.join(',')}`;
  return openStream({
    url: `${stack.baseUrl}/v1/sessions/${sessionId}/events?after=0${asked}`,
    headers: { authorization: `Bearer ${stack.apiKey}` },
    onEvent,
  });
}
