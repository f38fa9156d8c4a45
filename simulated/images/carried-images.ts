import type { ModelProtocol } from '../../models/model-call.ts';
import { isRecord, RefusedRequest } from '../conversation.ts';
import type { CarriedImage } from './seen-image.ts';

/** The images of a request, in order. What the readers of the protocols refuse anyway is skipped. @throws RefusedRequest */
export function carriedImages(protocol: ModelProtocol, body: unknown): CarriedImage[] {
  switch (protocol) {
    case 'openai-chat':
      return recordsIn(body, 'messages').flatMap(({ role, content }, index) =>
        recordsOf(content).flatMap((part, place) =>
          part.type === 'image_url' ? [chatImage(part, role, `messages[${index}].content[${place}]`)] : [],
        ),
      );
    case 'anthropic-messages':
      return recordsIn(body, 'messages').flatMap(({ content }, index) =>
        recordsOf(content).flatMap((block, place) => blockImages(block, `messages.${index}.content.${place}`)),
      );
    case 'google-generate':
      return recordsIn(body, 'contents').flatMap(({ parts }, index) =>
        recordsOf(parts).flatMap((part, place, all) =>
          partImages(part, all.slice(0, place), `contents[${index}].parts[${place}]`),
        ),
      );
  }
}

function chatImage(part: Record<string, unknown>, role: unknown, at: string): CarriedImage {
  if (role !== 'user') {
    throw new RefusedRequest(`Invalid value: 'image_url'. Supported values are: 'text'.`, { param: at });
  }
  const url = isRecord(part.image_url) ? part.image_url.url : undefined;
  const match = /^data:([^;,]*);base64,/.exec(String(url));
  if (match?.[1] === undefined) throw new RefusedRequest('Failed to download image.', { code: 'invalid_image_url' });
  return { data: String(url).slice(match[0].length), mediaType: match[1], inResult: false, at };
}

function blockImages(block: Record<string, unknown>, at: string): CarriedImage[] {
  if (block.type === 'tool_result') {
    return recordsOf(block.content).flatMap((each, place) =>
      blockImages(each, `${at}.content.${place}`).map((image) => ({ ...image, inResult: true })),
    );
  }
  if (block.type !== 'image') return [];
  const { source } = block;
  if (!isRecord(source) || source.type !== 'base64' || typeof source.data !== 'string') {
    throw new RefusedRequest(`${at}.image.source.base64.data: Field required`);
  }
  return [
    { data: source.data, mediaType: String(source.media_type), inResult: false, at: `${at}.image.source.base64` },
  ];
}

/** Older models of Google take the images of a result as parts behind it, newer ones as parts of it. */
function partImages(
  part: Record<string, unknown>,
  before: readonly Record<string, unknown>[],
  at: string,
): CarriedImage[] {
  const response = part.functionResponse;
  if (isRecord(response)) {
    return recordsOf(response.parts).flatMap((each, place) =>
      inlineImages(each, true, `${at}.functionResponse.parts[${place}]`),
    );
  }
  return inlineImages(
    part,
    before.some((each) => each.functionResponse !== undefined),
    at,
  );
}

function inlineImages({ inlineData }: Record<string, unknown>, inResult: boolean, at: string): CarriedImage[] {
  if (!isRecord(inlineData)) return [];
  return [{ data: String(inlineData.data), mediaType: String(inlineData.mimeType), inResult, at }];
}

function recordsIn(body: unknown, field: string): Record<string, unknown>[] {
  return isRecord(body) ? recordsOf(body[field]) : [];
}

function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
