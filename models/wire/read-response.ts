import type { PacedStream } from '../../processes/reading-pace.ts';
import type { ModelProtocol } from '../model-call.ts';
import { answerBounds } from './answer-bounds.ts';
import type { AnswerDraft } from './answer-draft.ts';
import { createAnthropicMessagesReader } from './anthropic-messages.ts';
import { createGoogleGenerateReader } from './google-generate.ts';
import { recordOf } from './loose-json.ts';
import { createOpenAiChatReader, DONE } from './openai-chat.ts';
import { createResponseDocuments } from './response-documents.ts';
import { DamagedAnswerError, inPlaceOfAnswer, type WireReader } from './wire-reader.ts';

export interface ResponseReading {
  readonly protocol: ModelProtocol;
  readonly draft: AnswerDraft;
  readonly offeredTools: ReadonlySet<string>;
  readonly maxOutputTokens: number;
  readonly stream: PacedStream;
  /** Called with the size of each piece of the body. */
  readonly received: (bytes: number) => void;
  /** Called when a piece is in the draft, as far as it can be read without the next one. */
  readonly taken: () => void;
}

/** Token counts often come in a document of their own behind the end, at once or never. */
const WAIT_FOR_USAGE_MS = 2_000;
/** A body that is over soon leaves its connection to the next request. */
const WAIT_FOR_CLOSE_MS = 250;

/**
 * Reads a response with a 2xx status into the draft, until the provider has ended the answer. What comes behind the end
 * may add token counts and nothing else: neither an error nor a reset there can take the answer away.
 * @throws DamagedAnswerError when the response ends before the answer does; ReportedError, NoAnswerError, and what
 *   the network throws
 */
export async function readResponse(response: Response, reading: ResponseReading): Promise<void> {
  const { draft, protocol, stream } = reading;
  const reader = readerOf(protocol, draft, reading.offeredTools);
  const documents = createResponseDocuments(answerBounds(reading.maxOutputTokens));
  const decoder = new TextDecoder();
  const body = (response.body ?? new ReadableStream<Uint8Array>({ start: (empty) => empty.close() })).getReader();

  let hasOwn = false;
  let isSilent = true;
  let foreign: unknown;

  const take = (all: ReturnType<typeof documents.feed>) => {
    for (const { value, event, whole } of all) {
      // A document behind the end takes nothing away, readable or not.
      if (value instanceof DamagedAnswerError && draft.end === undefined) throw value;
      if (value instanceof DamagedAnswerError) continue;
      hasOwn ||= reader.isOwn(value, event);
      if (saysSomething(value)) foreign ??= value;
      if (whole) reader.takeWhole(value);
      else if (value === DONE && protocol !== 'openai-chat') continue;
      else reader.take(value, event);
    }
  };
  try {
    for (;;) {
      const next = await (draft.end === undefined ? body.read() : within(body.read(), waitMs(draft)));
      if (next === undefined) break;
      if (next.done) {
        await stream.run(() => {
          take(documents.feed(decoder.decode()));
          take(documents.close());
        });
        break;
      }
      isSilent &&= next.value.byteLength === 0;
      reading.received(next.value.byteLength);
      await stream.take(next.value, (slice) => {
        take(documents.feed(decoder.decode(slice, { stream: true })));
        reading.taken();
      });
      if (isComplete(draft)) break;
    }
  } catch (error) {
    if (draft.end === undefined) {
      leave(body);
      throw error;
    }
  }
  leave(body);
  // It has no piece of an answer, so it is the answer of something else.
  if (!hasOwn && foreign !== undefined && draft.parts.length === 0) throw inPlaceOfAnswer(foreign);
  if (draft.end === undefined) {
    throw new DamagedAnswerError(isSilent ? SILENCE : 'the stream ended before the answer did', documents.stray);
  }
}

/** llama.cpp's Python server accepts a stream before it looks at the length of the prompt. */
const SILENCE = 'the response has no byte, as that of some servers when a prompt is longer than they can read';

function readerOf(protocol: ModelProtocol, draft: AnswerDraft, offeredTools: ReadonlySet<string>): WireReader {
  switch (protocol) {
    case 'openai-chat':
      return createOpenAiChatReader(draft, offeredTools);
    case 'anthropic-messages':
      return createAnthropicMessagesReader(draft);
    case 'google-generate':
      return createGoogleGenerateReader(draft);
  }
}

/** False for what only keeps a connection alive. */
function saysSomething(document: unknown): boolean {
  const body = recordOf(document);
  return body !== undefined && Object.keys(body).length > 0 && body.type !== 'ping';
}

/** True when nothing is missing that may yet come. Arguments that are not there may be none, or come behind the end. */
function isComplete({ end, over, usage, calls }: AnswerDraft): boolean {
  if (end === undefined) return false;
  return (over || usage !== undefined) && calls.every(({ rawArgs }) => rawArgs !== '');
}

function waitMs({ over, usage }: AnswerDraft): number {
  return over || usage !== undefined ? WAIT_FOR_CLOSE_MS : WAIT_FOR_USAGE_MS;
}

/** Lets the body come to its end for a moment, so that the connection can be used again, and closes it otherwise. */
function leave(body: ReadableStreamDefaultReader<Uint8Array>): void {
  const deadlineMs = performance.now() + WAIT_FOR_CLOSE_MS;
  const drain = async () => {
    for (let leftMs = WAIT_FOR_CLOSE_MS; leftMs > 0; leftMs = deadlineMs - performance.now()) {
      const next = await within(body.read(), leftMs);
      if (next === undefined || next.done) break;
    }
    await body.cancel();
  };
  // Nobody waits for it, and a body that broke is closed already.
  drain().catch(() => {});
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
