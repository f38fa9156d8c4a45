import type { ExtraBody } from '../contract/provider-options.ts';
import { isRecord, type JsonRecord } from '../domain/json-record.ts';
import type { Dialect } from './dialect.ts';

type JsonObject = Record<string, unknown>;

/** What the libraries can't be told about a request's body. */
export interface BodyChanges {
  readonly dialect: Dialect;
  readonly extraBody: ExtraBody | undefined;
}

/**
 * `fetch` that changes the bodies that a library made. It is the same function where nothing is to be changed: to parse
 * and write a long body again takes milliseconds.
 */
export function changingBodies(fetch: typeof globalThis.fetch, changes: BodyChanges): typeof globalThis.fetch {
  const { systemRole, maxTokensField, streamUsage, nullContent } = changes.dialect;
  const roleChanges = systemRole === 'system' || systemRole === 'developer';
  const isUsual = !roleChanges && maxTokensField === undefined && streamUsage !== false && nullContent !== false;
  if (changes.extraBody === undefined && isUsual) return fetch;
  return (input, init) => {
    if (typeof init?.body !== 'string') return fetch(input, init);
    // The library wrote a JSON object a moment ago.
    const body = JSON.parse(init.body) as JsonObject;
    return fetch(input, { ...init, body: JSON.stringify(changedBody(body, changes)) });
  };
}

function changedBody(body: JsonObject, { dialect, extraBody }: BodyChanges): JsonObject {
  const changed = withExtra(body, extraBody ?? {});
  if (dialect.streamUsage === false) delete changed.stream_options;
  if (dialect.maxTokensField !== undefined) moveMaxTokens(changed, dialect.maxTokensField);
  if (dialect.systemRole === 'system' || dialect.systemRole === 'developer') {
    const [first, ...rest] = listOf(changed.messages);
    if (first?.role === 'system' || first?.role === 'developer') {
      changed.messages = [{ ...first, role: dialect.systemRole }, ...rest];
    }
  }
  if (dialect.nullContent === false) {
    changed.messages = listOf(changed.messages).map((message) =>
      message.role === 'assistant' && message.content == null ? { ...message, content: '' } : message,
    );
  }
  return withoutUselessThinking(changed);
}

function moveMaxTokens(body: JsonObject, field: string): void {
  const value = body.max_tokens ?? body.max_completion_tokens;
  delete body.max_tokens;
  delete body.max_completion_tokens;
  if (value !== undefined) body[field] = value;
}

/** Objects are put into objects; anything else is taken as it is. */
function withExtra(body: JsonRecord, extra: JsonRecord): JsonObject {
  const merged = { ...body };
  for (const [name, value] of Object.entries(extra)) {
    const own = merged[name];
    merged[name] = isRecord(own) && isRecord(value) ? withExtra(own, value) : value;
  }
  return merged;
}

/**
 * Anthropic refuses to think where it can't: with fewer tokens than its thoughts may have, and in a tool loop in which
 * the last answer has no thoughts because another model gave it.
 */
function withoutUselessThinking(body: JsonObject): JsonObject {
  const { thinking } = body;
  if (!isRecord(thinking) || thinking.type !== 'enabled') return body;
  const { thinking: _, ...rest } = body;
  const budget = Number(thinking.budget_tokens);
  if (Number(body.max_tokens) <= budget) return rest;
  const messages = listOf(body.messages);
  const inLoop = listOf(messages.at(-1)?.content).some(({ type }) => type === 'tool_result');
  const lastAnswer = messages.findLast(({ role }) => role === 'assistant');
  const first = listOf(lastAnswer?.content)[0]?.type;
  return inLoop && first !== 'thinking' && first !== 'redacted_thinking' ? rest : body;
}

function listOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
