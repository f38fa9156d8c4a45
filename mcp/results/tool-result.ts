import { isRecord } from '../../domain/json-record.ts';
import type { ToolInvocation, ToolResult } from '../calls/tool-call.ts';
import { withoutSecrets } from '../transport/transport-secrets.ts';
import { capText } from './result-cap.ts';
import { resultMedia } from './result-media.ts';
import { type ResultPart, resultParts } from './result-parts.ts';
import { shownJson } from './shown-json.ts';
import { isSaidIn } from './structured-content.ts';

/**
 * An MCP result as a model reads it: its texts, a line for each part that is no text, and its structured content where the
 * texts do not say the same. Images, sounds and files come beside it; their lines say where they stand. The output has at most
 * `maxResultBytes` UTF-8 bytes. A longer result is cut, and `whole` has at most `maxWholeBytes` of it.
 * @param secrets what we sent to the server and is never shown (I10)
 */
export function readableResult(
  result: Readonly<Record<string, unknown>>,
  {
    maxResultBytes,
    maxWholeBytes,
    keepsFiles,
    textSaysAll,
  }: Pick<ToolInvocation, 'maxResultBytes' | 'maxWholeBytes' | 'keepsFiles'> & {
    /** True for the bundled tools: what they leave out of their texts is for programs. */
    readonly textSaysAll?: boolean;
  },
  secrets: readonly string[] = [],
): ToolResult {
  const { parts, structured, isError } = resultParts(result);
  const { images, files, media, lines } = resultMedia(parts, keepsFiles);
  const shown = parts.map((part, index) => lines[index] ?? readablePart(part)).filter((text) => text !== '');
  const texts = parts.map(textOf).filter((text) => text !== '');
  if (structured !== undefined && !textSaysAll && !isSaidIn(structured, texts)) shown.push(shownJson(structured));
  const all = withoutSecrets(shown.join('\n'), secrets);
  const { text, bytes, truncated } = capText(all, maxResultBytes);
  const whole = truncated ? capText(all, maxWholeBytes).text : undefined;
  return {
    output: text,
    isError,
    items: itemsOf(structured) ?? parts.length,
    bytes,
    truncated,
    whole,
    images: images.length === 0 ? undefined : images,
    files: files.length === 0 ? undefined : files,
    media: media.length === 0 ? undefined : media,
  };
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
