import inspector from 'node:inspector';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { keyOfPlace } from '../../activities/own-failures.ts';
import type { StageWatch } from '../../activities/stage-watch.ts';
import { createRunningStage } from './running-stage.ts';
import { BEATS, type WatchMessage, type WatchSettings } from './watch-messages.ts';
import { watchScript } from './watch-script.ts';

export interface WatchedStages extends StageWatch {
  /** The stages at which a worker has died, as `placeOfSuspect` names them. */
  suspect(places: ReadonlySet<string>): void;
  close(): Promise<void>;
}

/** Stages of two sessions have different places. */
export function placeOfSuspect({ sessionId, place }: { readonly sessionId: string; readonly place: string }): string {
  return `${sessionId} ${place}`;
}

const BEAT_MS = 100;
const LARGEST_ID = 2 ** 31 - 1;
/** Node ends a process when its heap has no room left. The thread needs the rest to write down why. */
const SHARE_OF_MEMORY = 0.9;

/**
 * Watches the event loop and the memory of this process from a thread of its own, which ends the process when it stands still or
 * its memory is used up. What was under way is written down, so that a stage that does this each time is found out. A process that
 * a person ends writes nothing.
 */
export async function watchStages(options: {
  readonly databaseUrl: string;
  readonly hangMs: number;
  readonly cacheDir: string | undefined;
  readonly warn: (message: string, error?: unknown) => void;
}): Promise<WatchedStages> {
  const state = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const { file, execArgv } = await watchScript(options.cacheDir);
  const { databaseUrl, hangMs } = options;
  const workerData: WatchSettings = { databaseUrl, hangMs, mostBytes: SHARE_OF_MEMORY * memoryLimit(), state };
  const thread = new Worker(file, { workerData, execArgv });
  thread.on('error', (error) =>
    options.warn('The thread that watches this worker failed; nothing watches it now.', error),
  );
  thread.unref();
  const beat = setInterval(() => void Atomics.add(state, BEATS, 1), BEAT_MS).unref();
  const running = createRunningStage(state);
  const tell = (message: WatchMessage) => thread.postMessage(message);
  let suspects: ReadonlySet<string> = new Set();
  let lastId = 0;

  return {
    async run(tenantId, place, work) {
      lastId = (lastId % LARGEST_ID) + 1;
      const id = lastId;
      const { stage, sessionId } = place;
      const at = keyOfPlace(place);
      tell({ kind: 'begun', id, stage: { tenantId, sessionId, stage, place: at } });
      try {
        return await (suspects.has(placeOfSuspect({ sessionId, place: at })) ? running.run(id, work) : work());
      } finally {
        tell({ kind: 'ended', id });
      }
    },
    suspect(places) {
      if (places.size === 0) running.stop();
      suspects = places;
    },
    async close() {
      clearInterval(beat);
      running.stop();
      await thread.terminate();
    },
  };
}

/** The bytes that this process may use: those of its heap, or those of its container where these are fewer. */
function memoryLimit(): number {
  // Somebody who debugs holds the process still as long as he likes, and its memory too.
  if (inspector.url() !== undefined) return Number.POSITIVE_INFINITY;
  const heap = getHeapStatistics().heap_size_limit;
  const contained = process.constrainedMemory() ?? 0;
  return contained > 0 ? Math.min(heap, contained) : heap;
}
