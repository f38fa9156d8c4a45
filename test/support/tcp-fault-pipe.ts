import type { Socket } from 'node:net';
import type { SeededRandom } from '../../domain/random.ts';
import type { Direction, Toxic } from './tcp-fault-proxy.ts';

/** One direction of one connection. */
export interface FaultPipe {
  become(toxic: Toxic | undefined): void;
  /** Clears timers. The owner destroys the sockets. */
  close(): void;
}

/** The most bytes that wait here. Beyond it the socket of the sender fills up, as on a slow network. */
const MAX_WAITING_BYTES = 64 * 1024;
/** A pipe with limited bandwidth passes a piece this often, or a byte whenever one is due. */
const PIECE_MS = 50;

/** Bytes, or the way in which the sender left. */
type Item = { readonly dueMs: number } & (
  | { readonly what: 'bytes'; readonly bytes: Buffer }
  | { readonly what: 'end' | 'reset' }
);

export function createFaultPipe(options: {
  direction: Direction;
  from: Socket;
  to: Socket;
  toxic: Toxic | undefined;
  random: SeededRandom;
  rewrite?: ((bytes: Buffer) => Buffer) | undefined;
}): FaultPipe {
  const { direction, from, to, random } = options;
  const waiting: Item[] = [];
  let toxic: Toxic | undefined;
  let dead = false;
  let closed = false;
  let waitingBytes = 0;
  let lastDueMs = 0;
  /** For the toxic `bandwidth`: when the next piece may pass. */
  let nextPieceMs = 0;
  /** For the toxic `cut`: the number of bytes that may still pass. */
  let leftBytes = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let full = false;

  from.on('data', (received: Buffer) => {
    const bytes = options.rewrite?.(received) ?? received;
    if (bytes.length > 0) accept({ what: 'bytes', bytes, dueMs: due() });
  });
  from.once('end', () => accept({ what: 'end', dueMs: due() }));
  // Without a listener a reset or a refusal would be an uncaught error. The `close` that follows handles it.
  from.on('error', () => undefined);
  from.once('close', (failed) => failed && accept({ what: 'reset', dueMs: due() }));
  to.on('drain', () => {
    full = false;
    pass();
  });

  /** When bytes that arrive now are due: never before earlier ones. */
  function due(): number {
    const delay = toxic?.kind === 'latency' ? toxic.delayMs + (toxic.jitterMs ?? 0) * (2 * random.uniform() - 1) : 0;
    lastDueMs = Math.max(lastDueMs, performance.now() + Math.max(0, delay));
    return lastDueMs;
  }

  function accept(item: Item): void {
    if (dead || closed) return;
    waiting.push(item);
    if (item.what === 'bytes') waitingBytes += item.bytes.length;
    if (waitingBytes >= MAX_WAITING_BYTES) from.pause();
    pass();
  }

  function pass(): void {
    clearTimeout(timer);
    while (!closed && !full && toxic?.kind !== 'stall') {
      const item = waiting[0];
      if (item === undefined) return;
      const restMs = Math.max(item.dueMs, nextPieceMs) - performance.now();
      if (restMs > 0) {
        timer = setTimeout(pass, restMs);
        return;
      }
      if (item.what !== 'bytes') {
        waiting.shift();
        if (item.what === 'end') to.end();
        else to.resetAndDestroy();
        continue;
      }
      const pieceBytes = Math.min(item.bytes.length, pieceSize());
      const [piece, rest] = [item.bytes.subarray(0, pieceBytes), item.bytes.subarray(pieceBytes)];
      if (rest.length > 0) waiting[0] = { ...item, bytes: rest };
      else waiting.shift();
      waitingBytes -= pieceBytes;
      if (waitingBytes < MAX_WAITING_BYTES && !from.destroyed) from.resume();
      full = !to.write(piece);
      leftBytes -= pieceBytes;
      if (leftBytes <= 0) cut();
      if (toxic?.kind === 'bandwidth') nextPieceMs = performance.now() + (pieceBytes * 1_000) / toxic.bytesPerSecond;
    }
  }

  function pieceSize(): number {
    if (toxic?.kind !== 'bandwidth') return leftBytes;
    return Math.max(1, Math.floor((toxic.bytesPerSecond * PIECE_MS) / 1_000));
  }

  function cut(): void {
    waiting.length = 0;
    to.destroySoon();
    from.destroy();
  }

  function become(next: Toxic | undefined): void {
    toxic = next;
    nextPieceMs = 0;
    leftBytes = next?.kind === 'cut' && direction === 'down' ? next.afterBytes : Number.POSITIVE_INFINITY;
    if (next?.kind === 'blackhole' || (next?.kind === 'drop' && next.direction === direction)) {
      dead = true;
      waiting.length = 0;
      waitingBytes = 0;
      // The bytes are swallowed and do not fill up the socket, so that the sender notices nothing.
      from.resume();
    }
    pass();
  }

  become(options.toxic);
  return {
    become,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
