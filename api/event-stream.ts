import { HEARTBEAT, STREAM_OPENING } from './event-frame.ts';
import type { EventHub } from './event-hub.ts';
import type { FollowedLog, Following } from './log-reader.ts';

/** Bytes that may wait for a slow client; what is beyond stays in Postgres. */
const MAX_WAITING_BYTES = 256 * 1024;

const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // Proxies that buffer would hold events back.
  'x-accel-buffering': 'no',
} as const;

/**
 * The answer that streams a session's log after `afterSeq` and closes after its end. A client that leaves stops
 * following, and nothing else: the run goes on.
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

/** The server library prints it, and where it was made tells nobody anything. */
function tooSlow(): Error {
  const error = new Error('The client reads too slowly.');
  error.stack = '';
  return error;
}

/** True when a client asks for the stream and not for a list. */
export function wantsEventStream(accept: string | undefined): boolean {
  return accept?.split(',').some((type) => type.trim().toLowerCase().startsWith('text/event-stream')) ?? false;
}
