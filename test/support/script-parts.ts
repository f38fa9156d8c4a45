/**
 * A model of which only output costs, so that a scripted usage spends an exact amount: 250 tokens are 0.1 USD, and 1,000 are
 * 0.4 USD. The shortest answer of use, 256 tokens, reserves 0.1024 USD, and an answer of 4,096 tokens 1.6384 USD.
 */
export const DEAR = [{ id: 'dear', inputUsdPerMtok: 0, outputUsdPerMtok: 400 }];

/** A call that changes nothing, and after which the model is asked again. */
export const LIST = { name: 'workspace_list', args: {} };
