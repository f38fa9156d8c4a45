import type { MediaKind } from '../../domain/media/media-ref.ts';
import type { ModelProtocol } from '../../models/model-call.ts';
import { isRecord, RefusedRequest } from '../conversation.ts';
import type { CarriedMedia } from './seen-media.ts';

/** The images of a request, in order. @throws RefusedRequest */
export function carriedImages(protocol: ModelProtocol, body: unknown): CarriedMedia[] {
  return carriedMedia(protocol, body).filter(({ kind }) => kind === 'image');
}

/**
 * The images, sounds and documents of a request, in order. What the readers of the protocols refuse anyway is skipped.
 * @throws RefusedRequest
 */
export function carriedMedia(protocol: ModelProtocol, body: unknown): CarriedMedia[] {
  switch (protocol) {
    case 'openai-chat':
      return recordsIn(body, 'messages').flatMap(({ role, content }, index) =>
        recordsOf(content).flatMap((part, place) => chatMedia(part, role, `messages[${index}].content[${place}]`)),
      );
    case 'anthropic-messages':
      return recordsIn(body, 'messages').flatMap(({ content }, index) =>
        recordsOf(content).flatMap((block, place) => blockMedia(block, `messages.${index}.content.${place}`)),
      );
    case 'google-generate':
      return recordsIn(body, 'contents').flatMap(({ parts }, index) =>
        recordsOf(parts).flatMap((part, place, all) =>
          partMedia(part, all.slice(0, place), `contents[${index}].parts[${place}]`),
        ),
      );
  }
}

function chatMedia(part: Record<string, unknown>, role: unknown, at: string): CarriedMedia[] {
  const { type } = part;
  if (type !== 'image_url' && type !== 'input_audio' && type !== 'file') return [];
  if (role !== 'user') {
    throw new RefusedRequest(`Invalid value: '${type}'. Supported values are: 'text'.`, { param: at });
  }
  if (type === 'image_url') return [chatImage(part, at)];
  return [type === 'file' ? chatFile(part, at) : chatSound(part, at)];
}

const FORMATS: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

function chatSound({ input_audio: sound }: Record<string, unknown>, at: string): CarriedMedia {
  const mediaType = isRecord(sound) ? FORMATS[String(sound.format)] : undefined;
  if (!isRecord(sound) || mediaType === undefined) {
    throw new RefusedRequest(`Invalid value for 'format'. Supported values are: 'wav' and 'mp3'.`, { param: at });
  }
  return { kind: 'sound', data: String(sound.data), mediaType, inResult: false, at };
}

function chatFile({ file }: Record<string, unknown>, at: string): CarriedMedia {
  const match = /^data:([^;,]*);base64,/.exec(isRecord(file) ? String(file.file_data) : '');
  if (!isRecord(file) || typeof file.filename !== 'string' || match?.[1] !== 'application/pdf') {
    throw new RefusedRequest(`Invalid file data: '${at}'. Expected a file name and a data URL of a PDF.`, {
      param: at,
    });
  }
  const data = String(file.file_data).slice(match[0].length);
  return { kind: 'document', data, mediaType: match[1], inResult: false, at };
}

function chatImage(part: Record<string, unknown>, at: string): CarriedMedia {
  const url = isRecord(part.image_url) ? part.image_url.url : undefined;
  const match = /^data:([^;,]*);base64,/.exec(String(url));
  if (match?.[1] === undefined) throw new RefusedRequest('Failed to download image.', { code: 'invalid_image_url' });
  return { kind: 'image', data: String(url).slice(match[0].length), mediaType: match[1], inResult: false, at };
}

function blockMedia(block: Record<string, unknown>, at: string): CarriedMedia[] {
  if (block.type === 'tool_result') {
    return recordsOf(block.content).flatMap((each, place) =>
      blockMedia(each, `${at}.content.${place}`).map((each) => ({ ...each, inResult: true })),
    );
  }
  const { type, source } = block;
  if (type !== 'image' && type !== 'document') return [];
  if (!isRecord(source) || source.type !== 'base64' || typeof source.data !== 'string') {
    throw new RefusedRequest(`${at}.${type}.source.base64.data: Field required`);
  }
  const mediaType = String(source.media_type);
  if (type === 'document' && mediaType !== 'application/pdf') {
    throw new RefusedRequest(`${at}.document.source.base64.media_type: Input should be 'application/pdf'`);
  }
  return [{ kind: type, data: source.data, mediaType, inResult: false, at: `${at}.${type}.source.base64` }];
}

/** Older models of Google take what belongs to a result as parts behind it, newer ones as parts of it. */
function partMedia(
  part: Record<string, unknown>,
  before: readonly Record<string, unknown>[],
  at: string,
): CarriedMedia[] {
  const response = part.functionResponse;
  if (isRecord(response)) {
    const media = recordsOf(response.parts).flatMap((each, place) =>
      inlineMedia(each, true, `${at}.functionResponse.parts[${place}]`),
    );
    const sound = media.find(({ kind }) => kind === 'sound');
    if (sound === undefined) return media;
    throw new RefusedRequest(`* GenerateContentRequest.${sound.at}: Unsupported MIME type: ${sound.mediaType}`);
  }
  return inlineMedia(
    part,
    before.some((each) => each.functionResponse !== undefined),
    at,
  );
}

function inlineMedia({ inlineData }: Record<string, unknown>, inResult: boolean, at: string): CarriedMedia[] {
  if (!isRecord(inlineData)) return [];
  const mediaType = String(inlineData.mimeType);
  return [{ kind: kindOfType(mediaType), data: String(inlineData.data), mediaType, inResult, at }];
}

function kindOfType(mediaType: string): MediaKind {
  if (mediaType.startsWith('audio/')) return 'sound';
  return mediaType === 'application/pdf' ? 'document' : 'image';
}

function recordsIn(body: unknown, field: string): Record<string, unknown>[] {
  return isRecord(body) ? recordsOf(body[field]) : [];
}

function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
