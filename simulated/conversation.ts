import type { ModelProtocol } from '../models/model-call.ts';

export interface OfferedTool {
  readonly name: string;
  /** JSON Schema, in the dialect the protocol carries. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

export interface ConversationCall {
  readonly id: string;
  readonly name: string;
  /** Undefined when the arguments sent back to us are not a JSON object. */
  readonly args: Readonly<Record<string, unknown>> | undefined;
}

/** A request's messages, flattened and free of protocol. */
export type ConversationItem =
  | { readonly kind: 'user'; readonly text: string; readonly isContext: boolean }
  | { readonly kind: 'assistant'; readonly text: string; readonly calls: readonly ConversationCall[] }
  | { readonly kind: 'result'; readonly callId: string; readonly output: string; readonly isError: boolean };

/** What a protocol's reader makes of a request it does not refuse. */
export interface SimulatedRequest {
  readonly protocol: ModelProtocol;
  readonly model: string;
  readonly stream: boolean;
  /** False for OpenAI streams without `stream_options.include_usage`. */
  readonly reportsUsage: boolean;
  readonly maxOutputTokens: number | undefined;
  readonly items: readonly ConversationItem[];
  /** Empty also when the request forbids tool calls. */
  readonly tools: readonly OfferedTool[];
  /** Number of assistant messages: the turn this request asks for, from 0. */
  readonly turn: number;
  readonly bodyBytes: number;
  /** Whether the protocol would serve an unchanged prefix from its prompt cache. */
  readonly cachesPrompt: boolean;
  readonly wantsReasoning: boolean;
}

/** A request the real provider would have answered with an error. The message is written as the real one writes it. */
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

/** Blocks by which the service gives an agent its context; they are no task. */
export function isContextBlock(text: string): boolean {
  return text.startsWith('<context ');
}

export function userItem(text: string): ConversationItem {
  return { kind: 'user', text, isContext: isContextBlock(text) };
}

/** The object written in `json`, or undefined. */
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
