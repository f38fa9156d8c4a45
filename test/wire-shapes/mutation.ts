import fc from 'fast-check';
import { data, named } from './wire-shape.ts';

/** A way of damaging a response, or of sending it in another way. Places are taken modulo the number of frames. */
export type Mutation =
  | { readonly kind: 'split'; readonly bytes: number }
  | { readonly kind: 'noise'; readonly at: number; readonly frame: string }
  | { readonly kind: 'truncate'; readonly at: number; readonly keep: number }
  | { readonly kind: 'duplicate'; readonly at: number }
  | { readonly kind: 'swap'; readonly at: number; readonly with: number };

/** Frames that servers and proxies send between those of an answer. */
const NOISE = [
  ': ping\n\n',
  '\n\n',
  data({ choices: null }),
  data({ id: 'x', object: 'metrics', tps: 4.5 }),
  named('ping', { type: 'ping' }),
  named('metrics', { queue: [1, 2] }),
  'retry: 500\n\n',
];

const place = fc.nat(60);

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('split' as const), bytes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('noise' as const), at: place, frame: fc.constantFrom(...NOISE) }),
  fc.record({ kind: fc.constant('truncate' as const), at: place, keep: fc.double({ min: 0, max: 0.98, noNaN: true }) }),
  fc.record({ kind: fc.constant('duplicate' as const), at: place }),
  fc.record({ kind: fc.constant('swap' as const), at: place, with: place }),
);

/** True for mutations that change nothing of what an answer says. */
export function isHarmless({ kind }: Mutation): boolean {
  return kind === 'split' || kind === 'noise';
}

/** The frames of a body, mutated in turn. `split` is for `piecesOf`. */
export function mutated(body: readonly string[], mutations: readonly Mutation[]): string[] {
  let frames = [...body];
  for (const each of mutations) {
    if (frames.length === 0) break;
    const at = 'at' in each ? each.at % frames.length : 0;
    const frame = frames[at] ?? '';
    switch (each.kind) {
      case 'split':
        break;
      case 'noise':
        frames.splice(at, 0, each.frame);
        break;
      case 'truncate':
        // A frame whose empty line alone is missing is whole.
        frames = [...frames.slice(0, at), frame.slice(0, Math.floor(frame.trimEnd().length * each.keep))];
        break;
      case 'duplicate':
        frames.splice(at, 0, frame);
        break;
      case 'swap': {
        const other = each.with % frames.length;
        frames[at] = frames[other] ?? '';
        frames[other] = frame;
        break;
      }
    }
  }
  return frames;
}

/** The frames as bytes, in pieces of any size: characters and frames may be torn apart. */
export function piecesOf(frames: readonly string[], mutations: readonly Mutation[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(frames.join(''));
  const size = mutations.findLast((each) => each.kind === 'split')?.bytes ?? bytes.length;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}
