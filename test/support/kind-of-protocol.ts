import type { ProviderKindName } from '../../models/kinds/kinds.ts';
import type { ModelProtocol } from '../../models/model-call.ts';

/** The kind under which a test registers its own endpoint as a provider, by the protocol that the endpoint speaks. */
export const kindOfProtocol: Readonly<Record<ModelProtocol, ProviderKindName>> = {
  'openai-chat': 'openai-compatible',
  'anthropic-messages': 'anthropic',
  'google-generate': 'google',
};
