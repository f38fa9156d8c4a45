import type { ModelProtocol } from '../models/model-call.ts';
import { anthropicMessages } from './protocols/anthropic-messages.ts';
import { googleGenerate } from './protocols/google-generate.ts';
import { openAiChat } from './protocols/openai-chat.ts';
import type { Protocol } from './protocols/protocol.ts';

/** The service that a request to a path below a base URL asks for. */
export type Endpoint =
  | { readonly kind: 'embeddings' }
  | { readonly kind: 'models'; readonly protocol: Protocol }
  | { readonly kind: 'count'; readonly protocol: Protocol; readonly pathModel?: string }
  | {
      readonly kind: 'answer';
      readonly protocolName: ModelProtocol;
      readonly protocol: Protocol;
      readonly pathModel?: string;
      readonly pathStream?: boolean;
    };

const fixedEndpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['POST /openai/v1/chat/completions', { kind: 'answer', protocolName: 'openai-chat', protocol: openAiChat }],
  ['POST /anthropic/v1/messages', { kind: 'answer', protocolName: 'anthropic-messages', protocol: anthropicMessages }],
  ['POST /openai/v1/responses/input_tokens', { kind: 'count', protocol: openAiChat }],
  ['POST /anthropic/v1/messages/count_tokens', { kind: 'count', protocol: anthropicMessages }],
  ['POST /openai/v1/embeddings', { kind: 'embeddings' }],
  ['GET /openai/v1/models', { kind: 'models', protocol: openAiChat }],
  ['GET /anthropic/v1/models', { kind: 'models', protocol: anthropicMessages }],
  ['GET /google/v1beta/models', { kind: 'models', protocol: googleGenerate }],
]);

export function findEndpoint(method: string, path: string): Endpoint | undefined {
  const fixed = fixedEndpoints.get(`${method} ${path}`);
  if (fixed !== undefined || method !== 'POST') return fixed;
  const match = /^\/google\/v1beta\/models\/([^/]+):(generateContent|streamGenerateContent|countTokens)$/.exec(path);
  if (match?.[1] === undefined) return undefined;
  const pathModel = decodeURIComponent(match[1]);
  if (match[2] === 'countTokens') return { kind: 'count', protocol: googleGenerate, pathModel };
  return {
    kind: 'answer',
    protocolName: 'google-generate',
    protocol: googleGenerate,
    pathModel,
    pathStream: match[2] === 'streamGenerateContent',
  };
}
