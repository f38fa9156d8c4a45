import type { ModelProtocol } from '../../models/model-call.ts';
import type { SimulatedRequest } from '../conversation.ts';
import type { Reply } from '../reply.ts';

/** One request as it came over HTTP, with its body parsed and not yet checked. */
export interface WireRequest {
  readonly body: unknown;
  readonly bodyBytes: number;
  /** The model that the path names (Google). Undefined where the body names it. */
  readonly pathModel?: string | undefined;
  /** True when the path asks for a stream (Google). Undefined where the body says it. */
  readonly pathStream?: boolean | undefined;
  readonly header: (name: string) => string | undefined;
  /** The limits of the model. Absent: those of the catalog, or none for a model that is not in it. */
  readonly limits?: { readonly contextWindow: number; readonly maxOutputTokens?: number | undefined } | undefined;
  /** Tokens of the prompt, as the server counts them. Absent: a quarter of its bytes. */
  readonly inputTokens?: number | undefined;
  /** `strict`: the server fills a template in which roles alternate, and refuses fields and ids that others take. */
  readonly template?: 'strict' | undefined;
}

/** One piece of an answer. */
export interface Frame {
  readonly data: string;
  /** How much of the usage a client knows once it has this frame. Absent: as much as before. */
  readonly usage?: 'part' | 'all';
}

export interface Protocol {
  readonly name: ModelProtocol;
  /** Reads and checks a request. @throws RefusedRequest where the real provider would answer 4xx */
  read(wire: WireRequest): SimulatedRequest;
  /** Writes an answer that is not streamed. */
  whole(reply: Reply): string;
  /** Writes a streamed answer. @param chunks the number of pieces that the text is cut into */
  stream(reply: Reply, chunks: number, reportsUsage: boolean): Frame[];
  error(status: number, code: string, message: string, param?: string): string;
  models(): string;
  /** The body of the call that a question for input tokens asks about. @throws RefusedRequest */
  callOf(question: unknown): unknown;
  /** Answers such a question. */
  counted(tokens: number): string;
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
