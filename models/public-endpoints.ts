import type { ModelProtocol } from './model-call.ts';

/** Where a protocol's own maker serves it. Always passed on: the libraries' own defaults read the environment. */
export const publicEndpoints: Readonly<Record<ModelProtocol, string>> = {
  'openai-chat': 'https://api.openai.com/v1',
  'anthropic-messages': 'https://api.anthropic.com/v1',
  'google-generate': 'https://generativelanguage.googleapis.com/v1beta',
};
