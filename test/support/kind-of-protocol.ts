import type { ProviderKindName } from '../../models/kinds/kinds.ts';
import type { ModelProtocol } from '../../models/model-call.ts';

/** The kind of provider that a test registers for an endpoint of its own that speaks a protocol. */
export const kindOfProtocol: Readonly<Record<ModelProtocol, ProviderKindName>> = {
  'openai-chat': 'openai-compatible',
  'anthropic-messages': 'anthropic',
  'google-generate': 'google',
};
