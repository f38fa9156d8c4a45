import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelUsage } from '../domain/model-usage.ts';
import type { Frame } from './protocols/protocol.ts';
import type { SentAnswer } from './scripts/request-record.ts';

export type TransmissionFault =
  | 'reset-before-headers'
  | 'reset-mid-stream'
  | 'truncate-mid-stream'
  | 'malformed'
  | 'hang-before-headers'
  | 'hang-mid-stream';

/** An answer, and how it is to be sent: with which delays, and with which fault. */
export interface Transmission {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: readonly Frame[];
  readonly usage: ModelUsage | null;
  readonly delayBeforeMs: number;
  readonly delayBetweenMs: number;
  readonly fault?: TransmissionFault | undefined;
  readonly hold?:
    | { readonly at: 'before-headers' | 'mid-stream'; readonly wait: (signal: AbortSignal) => Promise<void> }
    | undefined;
}

const garbage = 'data: {"this is not: JSON\n\n';

/** Sends the answer and records in `sent` what was sent. Returns when it is over, whichever side ended it. */
export async function transmit(res: ServerResponse, answer: Transmission, sent: SentAnswer): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  res.once('close', onClose);
  try {
    if (res.closed || res.socket?.destroyed === true) gone.abort();
    await send(res, answer, sent, gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    sent.clientAborted = true;
  } finally {
    res.off('close', onClose);
  }
}

async function send(res: ServerResponse, answer: Transmission, sent: SentAnswer, gone: AbortSignal): Promise<void> {
  if (answer.delayBeforeMs > 0) await sleep(answer.delayBeforeMs, undefined, { signal: gone });
  if (answer.hold?.at === 'before-headers') await answer.hold.wait(gone);
  if (answer.fault === 'hang-before-headers') await forever(gone);
  if (answer.fault === 'reset-before-headers') return reset(res);
  gone.throwIfAborted();
  res.writeHead(answer.status, answer.headers);
  sent.status = answer.status;
  const half = Math.ceil(answer.frames.length / 2);
  const opening = answer.frames.slice(0, half);
  const breaks = answer.fault !== undefined || answer.hold?.at === 'mid-stream';
  if (!breaks) {
    await writeFrames(res, answer, answer.frames, sent, gone, true);
    return;
  }
  await writeFrames(res, answer, answer.frames.length === 1 ? halfOf(answer.frames) : opening, sent, gone, false);
  if (answer.hold?.at === 'mid-stream') await answer.hold.wait(gone);
  if (answer.fault === 'hang-mid-stream') await forever(gone);
  if (answer.fault === 'reset-mid-stream') return reset(res);
  if (answer.fault === undefined) {
    const rest = answer.frames.length === 1 ? secondHalfOf(answer.frames) : answer.frames.slice(half);
    return await writeFrames(res, answer, rest, sent, gone, true);
  }
  await end(res, answer.fault === 'malformed' ? garbage : '', gone);
  sent.finished = true;
}

async function writeFrames(
  res: ServerResponse,
  answer: Transmission,
  frames: readonly Frame[],
  sent: SentAnswer,
  gone: AbortSignal,
  isLast: boolean,
): Promise<void> {
  // Without delays between the frames there is one write for all: in benchmarks this server spends its time in writes.
  if (answer.delayBetweenMs === 0) {
    const data = frames.length === 1 ? (frames[0]?.data ?? '') : frames.map((frame) => frame.data).join('');
    for (const frame of frames) note(frame, answer.usage, sent);
    if (isLast) await end(res, data, gone);
    else await write(res, data, gone);
    sent.finished = isLast;
    return;
  }
  for (const frame of frames) {
    await write(res, frame.data, gone);
    note(frame, answer.usage, sent);
    await sleep(answer.delayBetweenMs, undefined, { signal: gone });
  }
  if (isLast) await end(res, '', gone);
  sent.finished = isLast;
}

function note(frame: Frame, usage: ModelUsage | null, sent: SentAnswer): void {
  sent.frames += 1;
  if (frame.usage === undefined || usage === null) return;
  sent.usage = frame.usage === 'all' ? usage : { ...usage, outputTokens: 0, reasoningTokens: 0 };
  sent.usageComplete = frame.usage === 'all';
}

/** Resolves when the data is handed to the kernel, so that a reset after it can't overtake it. */
function write(res: ServerResponse, data: string, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  return new Promise((resolve, reject) => {
    const onGone = () => reject(gone.reason);
    gone.addEventListener('abort', onGone, { once: true });
    res.write(data, (error) => {
      gone.removeEventListener('abort', onGone);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function end(res: ServerResponse, data: string, gone: AbortSignal): Promise<void> {
  gone.throwIfAborted();
  const finished = once(res, 'finish', { signal: gone });
  res.end(data);
  await finished;
}

function reset(res: ServerResponse): void {
  res.socket?.resetAndDestroy();
}

async function forever(gone: AbortSignal): Promise<void> {
  if (!gone.aborted) await once(gone, 'abort');
  gone.throwIfAborted();
}

function halfOf(frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => ({ data: frame.data.slice(0, Math.floor(frame.data.length / 2)) }));
}

function secondHalfOf(frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => ({ ...frame, data: frame.data.slice(Math.floor(frame.data.length / 2)) }));
}
