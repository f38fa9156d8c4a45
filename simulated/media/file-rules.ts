import { inflateSync } from 'node:zlib';
import { readDocument } from '../../domain/media/read-document.ts';
import { readSound } from '../../domain/media/read-sound.ts';
import type { ModelProtocol } from '../../models/model-call.ts';
import { RefusedRequest } from '../conversation.ts';
import type { CarriedMedia, SeenFile } from './seen-media.ts';

const inflate = (packed: Buffer, maxOutputLength: number) => inflateSync(packed, { maxOutputLength });

interface FileRules {
  /** False: a provider of the protocol refuses sounds. */
  readonly takesSounds: boolean;
  readonly mostPages: number;
  readonly tokensPerSecond: number;
  /** The tokens of a page of text with some pictures, after the documentation of the makers. */
  readonly tokensPerPage: number;
}

const RULES: Readonly<Record<ModelProtocol, FileRules>> = {
  'openai-chat': { takesSounds: true, mostPages: 100, tokensPerSecond: 10, tokensPerPage: 1_800 },
  'anthropic-messages': { takesSounds: false, mostPages: 100, tokensPerSecond: 0, tokensPerPage: 4_500 },
  'google-generate': { takesSounds: true, mostPages: 1_000, tokensPerSecond: 32, tokensPerPage: 258 },
};

/** Reads the sounds and documents of a request as the provider does. @throws RefusedRequest where the real one answers 400 */
export function seenFiles(protocol: ModelProtocol, carried: readonly CarriedMedia[]): SeenFile[] {
  return carried.filter(({ kind }) => kind !== 'image').map((each) => seenFile(RULES[protocol], each));
}

function seenFile(rules: FileRules, { kind, data, mediaType, inResult, at }: CarriedMedia): SeenFile {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) throw new RefusedRequest(`${at}: The file data is not base64.`);
  const content = Buffer.from(data, 'base64');
  if (kind === 'sound') {
    if (!rules.takesSounds) throw new RefusedRequest(`${at}: Audio input is not supported.`);
    const read = readSound(content);
    if (read.kind === 'read' && read.facts.mediaType === mediaType) return { ...read.facts, inResult };
    throw new RefusedRequest(`${at}: The audio file is invalid, or is not ${mediaType}.`);
  }
  const read = readDocument(content, inflate);
  if (read.kind === 'unknown') throw new RefusedRequest(`${at}: The PDF specified was not valid.`);
  if (read.facts.pages > rules.mostPages) {
    throw new RefusedRequest(`${at}: A maximum of ${rules.mostPages} PDF pages may be provided.`);
  }
  return { ...read.facts, inResult };
}

/** The tokens that the provider counts for the sounds and documents. */
export function fileTokens(protocol: ModelProtocol, files: readonly SeenFile[]): number {
  const { tokensPerSecond, tokensPerPage } = RULES[protocol];
  return files.reduce((sum, file) => {
    if ('pages' in file) return sum + file.pages * tokensPerPage;
    return sum + Math.ceil((file.durationMs * tokensPerSecond) / 1_000);
  }, 0);
}
