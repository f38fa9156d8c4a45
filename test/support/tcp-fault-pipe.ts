import type { Socket } from 'node:net';
import type { SeededRandom } from '../../domain/random.ts';
import type { Direction, Toxic } from './tcp-fault-proxy.ts';

/** One direction of one connection. */
export interface FaultPipe {
  become(toxic: Toxic | undefined): void;
  /** Lets go of timers; the sockets are the owner's to destroy. */
  close(): void;
}

/** What waits here at most: beyond it the sender's own socket fills, as it would on a slow network. */
const MAX_WAITING_BYTES = 64 * 1024;
/** A limited pipe passes a piece this often, or a byte whenever one is due. */
const PIECE_MS = 50;

/** Bytes, or how the sender left. */
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
  /** Of the toxic `bandwidth`. */
  let nextPieceMs = 0;
  /** Of the toxic `cut`: bytes that may still pass. */
  let leftBytes = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let full = false;

  from.on('data', (received: Buffer) => {
    const bytes = options.rewrite?.(received) ?? received;
    if (bytes.length > 0) accept({ what: 'bytes', bytes, dueMs: due() });
  });
  from.once('end', () => accept({ what: 'end', dueMs: due() }));
  // Without it a reset, or a server that refuses, would be an uncaught error; the close that follows tells.
  from.on('error', () => undefined);
  from.once('close', (failed) => failed && accept({ what: 'reset', dueMs: due() }));
  to.on('drain', () => {
    full = false;
    pass();
  });

  /** In order: what was sent later never overtakes. */
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
      // Swallowed, not left to fill the sender's socket: to the sender all looks well.
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
