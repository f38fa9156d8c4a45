import type { SimulatedRequest } from '../conversation.ts';
import type { Reply } from '../reply.ts';

/** One request as it came over HTTP, before anyone has looked into its body. */
export interface WireRequest {
  readonly body: unknown;
  readonly bodyBytes: number;
  /** The model named in the path (Google); undefined where the body names it. */
  readonly pathModel?: string;
  /** Whether the path asks for a stream (Google). */
  readonly pathStream?: boolean;
  readonly header: (name: string) => string | undefined;
}

/** A piece of an answer that is written at once. */
export interface Frame {
  readonly data: string;
  /** What a client knows of the usage once it has this frame: part of it, or all. */
  readonly usage?: 'part' | 'all';
}

export interface Protocol {
  /** @throws RefusedRequest where the real provider would answer 4xx */
  read(wire: WireRequest): SimulatedRequest;
  whole(reply: Reply): string;
  /** `chunks`: into how many pieces the text is cut. */
  stream(reply: Reply, chunks: number, reportsUsage: boolean): Frame[];
  error(status: number, code: string, message: string, param?: string): string;
  models(): string;
}

/** Cuts a text into at most `count` pieces of similar length, never inside a surrogate pair. */
export function splitText(text: string, count: number): string[] {
  if (text === '') return [];
  const pieces: string[] = [];
  const size = Math.max(1, Math.ceil(text.length / Math.max(1, count)));
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + size);
    if (end < text.length && (text.charCodeAt(end) & 0xfc00) === 0xdc00) end += 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
