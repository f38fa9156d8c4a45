import { isRecord, type JsonRecord } from '../../domain/json-record.ts';
import { ODD_RESULT } from '../transport/wire-message.ts';

/** A part of a result that a model can read, or that is kept beside it. */
export type ResultPart =
  | { readonly kind: 'text'; readonly text: string }
  /** Bytes in base64: a picture, a sound, a file. */
  | { readonly kind: 'binary'; readonly what: string; readonly type: string; readonly data: string }
  | { readonly kind: 'resource'; readonly uri: string; readonly type: string | undefined; readonly text: string }
  | { readonly kind: 'link'; readonly uri: string; readonly type: string | undefined }
  /** A part that MCP does not define, as it came. */
  | { readonly kind: 'other'; readonly value: unknown };

/** Types of text. Some servers send it in base64 like any other file. */
const TEXT_TYPE = /^(?:text\/|application\/(?:[^;]*\+)?(?:json|xml|yaml|toml|csv|sql|javascript|x-ndjson)\b)/i;

export interface ResultParts {
  readonly parts: readonly ResultPart[];
  /** Undefined: it has none. */
  readonly structured: unknown;
  readonly isError: boolean;
}

/**
 * The parts of a server's answer to a call, whatever its form. The tool has run, so its result is read as far as it can be, and
 * nothing in it makes the call fail.
 */
export function resultParts(result: JsonRecord): ResultParts {
  const { content, structuredContent, isError, toolResult, _meta, ...others } = result;
  const parts = contentOf(content).map(partOf);
  // `toolResult` is how servers of the first version of MCP answer.
  const bare = others[ODD_RESULT] ?? toolResult;
  if (bare !== undefined && bare !== null) parts.push(partOf(bare));
  else if (content === undefined && structuredContent === undefined && Object.keys(others).length > 0) {
    parts.push({ kind: 'other', value: others });
  }
  return { parts, structured: structuredContent ?? undefined, isError: isTrue(isError) };
}

function contentOf(content: unknown): readonly unknown[] {
  if (content === undefined || content === null) return [];
  return Array.isArray(content) ? content : [content];
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'string') return !['', 'false', '0', 'no'].includes(value.trim().toLowerCase());
  return value !== undefined && value !== null && value !== false && value !== 0;
}

function partOf(block: unknown): ResultPart {
  if (typeof block === 'string') return { kind: 'text', text: block };
  const other: ResultPart = { kind: 'other', value: block };
  if (!isRecord(block)) return other;
  const { type, text, data, mimeType, uri, resource } = block;
  if (type === 'text' || (type === undefined && typeof text === 'string')) {
    return typeof text === 'string' ? { kind: 'text', text } : other;
  }
  if (type === 'resource') return isRecord(resource) ? (resourcePart(resource) ?? other) : other;
  if (type === 'resource_link') return typeof uri === 'string' ? { kind: 'link', uri, type: textOf(mimeType) } : other;
  if (typeof type === 'string' && typeof data === 'string' && (isMedia(type) || typeof mimeType === 'string')) {
    return { kind: 'binary', what: type, type: textOf(mimeType) ?? `${type} of an unknown type`, data };
  }
  return other;
}

function resourcePart({ uri, mimeType, text, blob }: JsonRecord): ResultPart | undefined {
  const name = textOf(uri) ?? 'without an address';
  const type = textOf(mimeType);
  // A resource that has both is a text to whoever reads it.
  if (typeof text === 'string') return { kind: 'resource', uri: name, type, text };
  if (typeof blob !== 'string') return undefined;
  const decoded = TEXT_TYPE.test(type ?? '') ? decodedText(blob) : undefined;
  if (decoded !== undefined) return { kind: 'resource', uri: name, type, text: decoded };
  return { kind: 'binary', what: `resource ${name}`, type: type ?? '', data: blob };
}

/** Undefined: it is no text in UTF-8. */
function decodedText(blob: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(blob, 'base64'));
  } catch {
    return undefined;
  }
}

function isMedia(type: string): boolean {
  return type === 'image' || type === 'audio';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
