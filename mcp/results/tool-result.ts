import { isRecord } from '../../domain/json-record.ts';
import { withoutSecretsInTurns } from '../../domain/secret-search.ts';
import type { ToolInvocation, ToolResult } from '../calls/tool-call.ts';
import { REDACTED } from '../transport/transport-secrets.ts';
import { capText } from './result-cap.ts';
import { resultMedia } from './result-media.ts';
import { type ResultPart, resultParts } from './result-parts.ts';
import { shownJson } from './shown-json.ts';
import { isSaidIn } from './structured-content.ts';

const PACE = { turn: () => new Promise<void>((resolve) => setImmediate(resolve)), nowMs: () => performance.now() };
const NOT_SEARCHED = '[The result is not shown: it took too long to look for the credentials of its server in it.]';

interface ReadableOptions extends Pick<ToolInvocation, 'maxResultBytes' | 'maxWholeBytes' | 'keepsFiles'> {
  /** True for the bundled tools: what they leave out of their texts is for programs. */
  readonly textSaysAll?: boolean;
}

/**
 * The result of a server, see `readableResult`.
 * @param secrets what we sent to the server and is never shown (I10)
 */
export async function resultWithoutSecrets(
  result: Readonly<Record<string, unknown>>,
  options: ReadableOptions,
  secrets: readonly string[],
): Promise<ToolResult> {
  const { all, rest } = textOfResult(result, options);
  const shown = await withoutSecretsInTurns(all, secrets, REDACTED, PACE);
  return { ...cappedText(shown ?? NOT_SEARCHED, options), ...rest };
}

/**
 * An MCP result as a model reads it: its texts, a line for each part that is no text, and its structured content where the
 * texts do not say the same. Images, sounds and files come beside it; their lines say where they stand. The output has at most
 * `maxResultBytes` UTF-8 bytes. A longer result is cut, and `whole` has at most `maxWholeBytes` of it.
 */
export function readableResult(result: Readonly<Record<string, unknown>>, options: ReadableOptions): ToolResult {
  const { all, rest } = textOfResult(result, options);
  return { ...cappedText(all, options), ...rest };
}

function cappedText(all: string, { maxResultBytes, maxWholeBytes }: ReadableOptions) {
  const { text, bytes, truncated } = capText(all, maxResultBytes);
  return { output: text, bytes, truncated, whole: truncated ? capText(all, maxWholeBytes).text : undefined };
}

function textOfResult(result: Readonly<Record<string, unknown>>, { keepsFiles, textSaysAll }: ReadableOptions) {
  const { parts, structured, isError } = resultParts(result);
  const { images, files, media, lines } = resultMedia(parts, keepsFiles);
  const shown = parts.map((part, index) => lines[index] ?? readablePart(part)).filter((text) => text !== '');
  const texts = parts.map(textOf).filter((text) => text !== '');
  if (structured !== undefined && !textSaysAll && !isSaidIn(structured, texts)) shown.push(shownJson(structured));
  const rest = {
    isError,
    items: itemsOf(structured) ?? parts.length,
    images: images.length === 0 ? undefined : images,
    files: files.length === 0 ? undefined : files,
    media: media.length === 0 ? undefined : media,
  };
  return { all: shown.join('\n'), rest };
}

function itemsOf(structured: unknown): number | undefined {
  if (Array.isArray(structured)) return structured.length;
  return isRecord(structured) && Array.isArray(structured.results) ? structured.results.length : undefined;
}

function textOf(part: ResultPart): string {
  return part.kind === 'text' || part.kind === 'resource' ? part.text : '';
}

function readablePart(part: ResultPart): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'binary':
      return '';
    case 'link':
      return `[resource ${part.uri}${part.type === undefined ? '' : ` ${part.type}`}]`;
    case 'resource':
      // A text resource (a file, a page) is what the tool was called for. Only a binary one is reduced to its name.
      return `[resource ${part.uri}${part.type === undefined ? '' : ` ${part.type}`}]\n${part.text}`;
    case 'other':
      return shownJson(part.value);
  }
}
