import type { DialectSettings, ExtraBody } from '../contract/provider-options.ts';
import type { TimeLimitSettings } from '../contract/time-limits.ts';
import type { MediaFacts } from '../domain/media/media-ref.ts';
import type { ModelUsage } from '../domain/model-usage.ts';
import type { ReadingPace } from '../processes/reading-pace.ts';
import type { ProviderKindName } from './kinds/kinds.ts';
import type { TimeBound } from './time-watch.ts';

/** The wire protocols a model endpoint may speak. */
export type ModelProtocol = 'openai-chat' | 'anthropic-messages' | 'google-generate';

/** One model at one provider, with everything that is needed to dial it. It holds the key: never stored, logged or sent to Temporal. */
export interface ModelTarget {
  /** The provider's `name`, which events show. */
  readonly provider: string;
  readonly kind: ProviderKindName;
  readonly model: string;
  /** One that the kind speaks. */
  readonly protocol: ModelProtocol;
  readonly baseUrl: string;
  readonly apiKey: string;
  /** They may hold keys, too. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly extraBody?: ExtraBody | undefined;
  readonly dialect?: DialectSettings | undefined;
  /** A limit that is absent has its default. */
  readonly timeLimits?: TimeLimitSettings | undefined;
}

export interface ToolCallOfTranscript {
  /** Our own id (`call_…`), made from session, turn and index. What is sent to a provider is `wireToolCallId` of it. */
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** Reasoning and signatures of an answer. Only the model that made them gets them back. */
export interface OpaqueReasoning {
  readonly provider: string;
  readonly model: string;
  readonly content: unknown;
}

/** An image, a sound or a document of a message or of a result. */
export type PromptMedia = MediaFacts & {
  /** The content in base64. Undefined: it is not shown, and a line stands in its place. */
  readonly data?: string | undefined;
};

/** A message of the transcript, in the same form for every provider. */
export type TranscriptMessage =
  | { readonly role: 'user'; readonly text: string; readonly images?: readonly PromptMedia[] | undefined }
  | {
      readonly role: 'assistant';
      readonly text: string;
      readonly toolCalls: readonly ToolCallOfTranscript[];
      readonly reasoning?: OpaqueReasoning | undefined;
    }
  | {
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly toolName: string;
      readonly output: string;
      readonly isError: boolean;
      readonly images?: readonly PromptMedia[] | undefined;
    };

/** A tool as the model sees it. */
export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
}

export interface ModelRequest {
  readonly target: ModelTarget;
  readonly system: string;
  readonly messages: readonly TranscriptMessage[];
  /** What changes every turn. It is put behind the messages and belongs to none of them. */
  readonly context?: string | undefined;
  readonly tools: readonly ModelTool[];
  /** The same for all requests that begin alike. Some providers find the prompt in their cache by it. */
  readonly cacheKey?: string | undefined;
  readonly maxOutputTokens: number;
  /** The longest HTTP body, in UTF-8 bytes, that the reservation paid for. A longer body is never sent. */
  readonly maxRequestBytes: number;
  readonly signal: AbortSignal;
  /** The pace at which the servers of the tenant are read. Absent: this answer has one of its own. */
  readonly pace?: ReadingPace | undefined;
  /** A bound for the whole request beside the limits of its provider. */
  readonly timeBound?: TimeBound | undefined;
  /** True when the model may say nothing: it was last given results of tools, so it may simply be done. */
  readonly mayBeEmpty?: boolean | undefined;
  /** Called with each piece of answer text as it streams in. */
  readonly onTextDelta?: (text: string) => void;
  /** Called when a piece of the answer is there, be it text, reasoning or a call. */
  readonly onPiece?: (() => void) | undefined;
  /** Called with the decoded bytes of each piece of a response. */
  readonly onReceived?: ((bytes: number) => void) | undefined;
}

/** UTF-8 bytes of a request's body and of what a model wrote: no tokenizer makes more tokens than there are bytes. */
export interface WireBytes {
  /** Without the data of images, sounds and documents: providers count their pixels, seconds and pages. */
  readonly sent: number;
  /** The number of images, sounds and documents that the request showed. */
  readonly images: number;
  readonly received: number;
}

export interface ModelAnswer {
  readonly text: string;
  /** `args` is undefined when the model's arguments are not a JSON object. `rawArgs` is what the model sent. */
  readonly toolCalls: readonly {
    readonly name: string;
    readonly args?: Record<string, unknown> | undefined;
    readonly rawArgs: string;
    /** True when a number in them is too large to be passed on exactly: `args` then has its digits as a string. */
    readonly inexactNumbers?: true;
  }[];
  /** Undefined when the provider reported none. */
  readonly usage?: ModelUsage | undefined;
  readonly wireBytes: WireBytes;
  /** Of reasoning, as far as it was shown. */
  readonly reasoningCharacters: number;
  readonly finishReason: 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'refusal' | 'empty';
  readonly reasoning?: OpaqueReasoning | undefined;
}

export type ModelFailureType =
  | 'model.rate_limited' // 429
  | 'model.overloaded' // 5xx, 529
  | 'model.unreachable' // refused, DNS, TLS, reset before a status
  | 'model.interrupted' // the stream broke, was truncated or damaged after a 2xx status
  | 'model.malformed_answer' // the provider ended the answer, and says or shows that it failed
  | 'model.empty_answer' // the provider ended an answer that has nothing in it
  | 'model.timed_out'
  | 'model.rejected' // any other 4xx: no retry mends it
  | 'model.unauthorized' // 401, 403
  | 'model.quota_exhausted' // 402, or a quota that waiting does not renew
  | 'model.not_found' // 404: no such model, or not at this address
  | 'model.context_too_long' // 413, or the provider says that the request is too long for the model
  | 'model.filtered' // a filter of the provider refused the request
  | 'model.address_blocked' // a private address that AGENT_RUNS_EGRESS_ALLOW does not list: nothing was sent
  | 'model.tls_failed' // a bad certificate, or no TLS at the address: nothing was sent
  | 'model.aborted' // our own signal ended it
  | 'model.answer_too_long' // far longer than max_tokens: it was not read to its end
  | 'model.request_too_large'; // the body exceeded maxRequestBytes: nothing was sent

/**
 * The only error that `callModelOnce` throws. Its message is safe to show and has at most 300 characters: what it quotes
 * of a provider is redacted.
 */
export class ModelCallError extends Error {
  readonly type: ModelFailureType;
  /** True when another try may succeed (429, 5xx, refused, reset, time-out). */
  readonly transient: boolean;
  /** False when the provider certainly charged nothing (not sent, or answered with an error status). */
  readonly mayHaveCharged: boolean;
  /** True when the refusal is about the key or its account, and so about every model that is dialled with it. */
  readonly concernsAccount: boolean;
  /** The HTTP status, where there was a response. */
  readonly status?: number;
  /** The code of Node or of the HTTP library, where the network failed. */
  readonly systemCode?: string | undefined;
  readonly retryAfterMs?: number;
  /** Usage and text that arrived before the failure. */
  readonly usage?: ModelUsage;
  readonly partialText?: string;
  /** Set when the response came whole: what may have been charged is bounded by it. */
  readonly wireBytes?: WireBytes;
  /** The provider's own words, before they are fit to be shown. No error that leaves `callModelOnce` has them. */
  readonly unshownWords?: string;

  constructor(
    type: ModelFailureType,
    message: string,
    detail: {
      transient: boolean;
      mayHaveCharged: boolean;
      concernsAccount?: boolean | undefined;
      status?: number | undefined;
      systemCode?: string | undefined;
      retryAfterMs?: number | undefined;
      usage?: ModelUsage | undefined;
      partialText?: string | undefined;
      wireBytes?: WireBytes | undefined;
      unshownWords?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: detail.cause });
    this.name = 'ModelCallError';
    this.type = type;
    this.transient = detail.transient;
    this.mayHaveCharged = detail.mayHaveCharged;
    this.concernsAccount = detail.concernsAccount ?? false;
    if (detail.status !== undefined) this.status = detail.status;
    if (detail.systemCode !== undefined) this.systemCode = detail.systemCode;
    if (detail.retryAfterMs !== undefined) this.retryAfterMs = detail.retryAfterMs;
    if (detail.usage !== undefined) this.usage = detail.usage;
    if (detail.partialText !== undefined) this.partialText = detail.partialText;
    if (detail.wireBytes !== undefined) this.wireBytes = detail.wireBytes;
    if (detail.unshownWords !== undefined) this.unshownWords = detail.unshownWords;
  }
}

/** Makes one request to one model: no retries, no fallback. @throws ModelCallError and nothing else */
export type CallModelOnce = (request: ModelRequest) => Promise<ModelAnswer>;
