import type { ModelProtocol } from '../models/model-call.ts';

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
  readonly bodyBytes: number;
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

/** True for a block in which the service gives an agent its context: such a block is not a task. */
export function isContextBlock(text: string): boolean {
  return text.startsWith('<context ');
}

export function userItem(text: string): ConversationItem {
  return { kind: 'user', text, isContext: isContextBlock(text) };
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
