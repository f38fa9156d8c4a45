import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import { base64Bytes } from '../contract/images.ts';
import { capText } from './result-cap.ts';
import { resultImages } from './result-images.ts';
import type { ToolInvocation, ToolResult } from './tool-call.ts';
import { withoutSecrets } from './transport-secrets.ts';

/**
 * An MCP result as a model reads it: its texts, a line for each block that is no text, and its structured content if there
 * is no text at all. Images come beside it; their lines say where they stand. The output has at most `maxResultBytes` UTF-8
 * bytes. A longer result is cut, and `whole` has at most `maxWholeBytes` of it.
 * @param secrets what we sent to the server and is never shown (I10)
 */
export function readableResult(
  result: CallToolResult,
  { maxResultBytes, maxWholeBytes }: Pick<ToolInvocation, 'maxResultBytes' | 'maxWholeBytes'>,
  secrets: readonly string[] = [],
): ToolResult {
  const { images, lines } = resultImages(result);
  const blocks = result.content
    .map((block, index) => lines[index] ?? readableBlock(block))
    .filter((text) => text !== '');
  const hasText = result.content.some((block) => textOf(block) !== '');
  const structured =
    hasText || result.structuredContent === undefined ? [] : [JSON.stringify(result.structuredContent)];
  const all = withoutSecrets([...structured, ...blocks].join('\n'), secrets);
  const { text, bytes, truncated } = capText(all, maxResultBytes);
  const whole = truncated ? capText(all, maxWholeBytes).text : undefined;
  return {
    output: text,
    isError: result.isError === true,
    items: itemsOf(result),
    bytes,
    truncated,
    whole,
    images: images.length === 0 ? undefined : images,
  };
}

function itemsOf(result: CallToolResult): number {
  const { structuredContent } = result;
  const isObject = typeof structuredContent === 'object' && structuredContent !== null;
  const results = isObject && 'results' in structuredContent ? structuredContent.results : undefined;
  return Array.isArray(results) ? results.length : result.content.length;
}

function textOf(block: ContentBlock): string {
  if (block.type === 'text') return block.text;
  return block.type === 'resource' && 'text' in block.resource ? block.resource.text : '';
}

function readableBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return `[${block.type} ${block.mimeType}, ${base64Bytes(block.data)} bytes]`;
    case 'resource_link':
      return `[resource ${block.uri}${block.mimeType === undefined ? '' : ` ${block.mimeType}`}]`;
    case 'resource': {
      const { resource } = block;
      const label = `[resource ${resource.uri}${resource.mimeType === undefined ? '' : ` ${resource.mimeType}`}`;
      // A text resource (a file, a page) is what the tool was called for. Only a binary one is reduced to its name.
      if ('text' in resource) return `${label}]\n${resource.text}`;
      return `${label}, ${base64Bytes(resource.blob)} bytes]`;
    }
  }
}
