import type { ModelProtocol } from '../models/model-call.ts';
import type { SeenFile, SeenImage } from './media/seen-media.ts';

export interface OfferedTool {
  readonly name: string;
  /** A JSON Schema in the dialect of the protocol. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface ConversationCall {
  readonly id: string;
  readonly name: string;
  /** Undefined when the arguments in the transcript are not a JSON object. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

/** One part of a request's messages, in the same form for every protocol. */
export type ConversationItem =
  | { readonly kind: 'user'; readonly text: string; readonly isContext: boolean }
  | { readonly kind: 'assistant'; readonly text: string; readonly calls: readonly ConversationCall[] }
  | { readonly kind: 'result'; readonly callId: string; readonly output: string; readonly isError: boolean };

/** A request that its protocol's reader did not refuse. */
export interface SimulatedRequest {
  readonly protocol: ModelProtocol;
  readonly model: string;
  readonly stream: boolean;
  /** False for OpenAI streams without `stream_options.include_usage`. */
  readonly reportsUsage: boolean;
  readonly maxOutputTokens: number | undefined;
  readonly items: readonly ConversationItem[];
  /** Empty when there are none, and when the request forbids tool calls. */
  readonly tools: readonly OfferedTool[];
  /** The turn that the request asks for, counted from 0: the number of its assistant messages. */
  readonly turn: number;
  /** The bytes of the body without the data of its images, sounds and documents, and with what these count. */
  readonly bodyBytes: number;
  /** Absent: there are none. */
  readonly images?: readonly SeenImage[];
  /** Its sounds and documents. Absent: there are none. */
  readonly files?: readonly SeenFile[];
  /** True when a provider of this protocol would serve an unchanged prefix from its prompt cache. */
  readonly cachesPrompt: boolean;
  readonly wantsReasoning: boolean;
}

/** A request that the real provider would have answered with an error. The message is worded as the real one is. */
export class RefusedRequest extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | undefined;

  constructor(message: string, detail: { status?: number; code?: string; param?: string } = {}) {
    super(message);
    this.name = 'RefusedRequest';
    this.status = detail.status ?? 400;
    this.code = detail.code ?? 'invalid_value';
    this.param = detail.param;
  }
}

/** The items of a user's text. The service may put an agent's context behind it, which is not part of the task. */
export function userItems(text: string): ConversationItem[] {
  const { own, context } = splitContext(text);
  return [
    ...(own === '' && context !== '' ? [] : [{ kind: 'user', text: own, isContext: false } as const]),
    ...contextItems(context),
  ];
}

/** The items of a tool's result. The service may put an agent's context behind it, too. */
export function resultItems({ callId, output, isError }: Omit<ResultItem, 'kind'>): ConversationItem[] {
  const { own, context } = splitContext(output);
  const isMarked = own.startsWith(ERROR_MARK);
  return [
    { kind: 'result', callId, output: isMarked ? own.slice(ERROR_MARK.length) : own, isError: isError || isMarked },
    ...contextItems(context),
  ];
}

/** The mark of the service on results of failed tools where the protocol has no flag for them. */
const ERROR_MARK = '[The tool failed.] ';

type ResultItem = Extract<ConversationItem, { kind: 'result' }>;

function contextItems(context: string): ConversationItem[] {
  return context === '' ? [] : [{ kind: 'user', text: context, isContext: true }];
}

function splitContext(text: string): { own: string; context: string } {
  const start = text.startsWith('<context ') ? 0 : text.indexOf('\n\n<context ');
  return start === -1 ? { own: text, context: '' } : { own: text.slice(0, start), context: text.slice(start).trim() };
}

/** The object that `json` stands for. Undefined when it stands for none. */
export function parseJsonObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
