import { HEARTBEAT, STREAM_OPENING } from './event-frame.ts';
import type { EventHub } from './event-hub.ts';
import type { FollowedLog, Following } from './log-reader.ts';

/** So many bytes may wait in memory for a slow client. The rest stays in Postgres until it has read them. */
const MAX_WAITING_BYTES = 256 * 1024;

const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // A proxy that buffers would hold events back.
  'x-accel-buffering': 'no',
} as const;

/**
 * Makes the answer that streams a session's log from `afterSeq` on and closes after the end of the session. A client
 * that leaves only stops following: the run goes on.
 * @param log.complete the session has ended and nothing follows `afterSeq`
 */
export function eventStreamResponse(
  hub: EventHub,
  log: FollowedLog & { complete: boolean },
  headers: Record<string, string> = {},
): Response {
  let following: Following | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controller.enqueue(STREAM_OPENING);
        if (log.complete) {
          controller.close();
          return;
        }
        following = hub.follow(log, {
          wantsMore: () => (controller.desiredSize ?? 0) > 0,
          deliver: (frames) => controller.enqueue(frames),
          heartbeat: () => controller.enqueue(HEARTBEAT),
          end: () => controller.close(),
          drop: () => controller.error(tooSlow()),
        });
      },
      pull: () => following?.resume(),
      cancel: () => following?.stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
  );
  return new Response(body, { headers: { ...streamHeaders, ...headers } });
}

/** It has no stack: the server library prints the error, and the place where it was made says nothing. */
function tooSlow(): Error {
  const error = new Error('The client reads too slowly.');
  error.stack = '';
  return error;
}

function isEventStream(range: string): boolean {
  const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  // A weight of zero means that the client does not take it.
  return type === 'text/event-stream' && !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
}

/** True when a client asks for the stream instead of the list. */
export function wantsEventStream(accept: string | undefined): boolean {
  return accept?.split(',').some(isEventStream) ?? false;
}
