import type { ArmModel } from '../../domain/arms.ts';
import type { ModelRates } from '../../domain/prices.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';

/** The rates of a model whose tokens all cost the same, whether it reads, writes or caches them. */
export function flatRates(nanoPerMtok: bigint): ModelRates {
  return {
    inputNanoPerMtok: nanoPerMtok,
    cacheReadNanoPerMtok: nanoPerMtok,
    cacheWriteNanoPerMtok: nanoPerMtok,
    outputNanoPerMtok: nanoPerMtok,
    tiers: [],
    hiddenInputTokens: 0,
  };
}

/** The model `large` of the provider `acme`. */
export function acmeLarge(own: Pick<ArmModel, 'rates' | 'contextWindow' | 'maxOutputTokens'>): ArmModel {
  return {
    providerId: 'prov_1',
    connection: 'now',
    provider: 'acme',
    model: 'large',
    capabilities: ['tools'],
    extraBodyBytes: 0,
    cachesOnRequest: false,
    ...own,
  };
}

/** The window of a prompt that shows the whole transcript, whose latest message is the first. */
export const WHOLE_TRANSCRIPT: TranscriptWindow = {
  firstTurn: 0,
  wholeFrom: 0,
  latestResultsLevel: null,
  messagesFrom: 0,
  wholeMessagesFrom: 0,
  latestMessageTurn: 0,
  latestMessageLevel: null,
};
