import type { Guarding, ProviderVerdict } from '../domain/guardrails/guard-text.ts';
import { type AskProvider, failed, type GuardrailProvider } from './ask-provider.ts';
import { askedKey } from './asked-key.ts';

type Ask = NonNullable<Guarding['ask']>;

/** The verdicts of external providers on some texts. */
export interface AskedProviders {
  /** Asks over the network, and remembers the verdict. */
  readonly ask: Ask;
  /** The verdict that is remembered. A text that no provider has seen is refused: rules or text changed meanwhile. */
  readonly recall: Ask;
}

/** A provider with the id under which rules may name it as well. Its key may be one that does not open. */
export type KnownProvider = Omit<GuardrailProvider, 'apiKey'> & {
  readonly id: string;
  readonly key: { readonly secret: string | undefined } | { readonly problem: string };
};

/** The answer for texts that can't wait for a provider: each rule that asks one does to them what its action is. */
export const unasked: Ask = async ({ provider }) => failed({ name: provider, onFailure: 'closed' }, 'it was not asked');

/** Waits for no provider any more once a signal is aborted: what was not judged by then is treated as not asked. */
export function untilAborted(ask: Ask, signal: AbortSignal): Ask {
  return (...about) => {
    if (signal.aborted) return unasked(...about);
    const aborted = new Promise<ProviderVerdict>((resolve) =>
      signal.addEventListener('abort', () => resolve(unasked(...about)), { once: true }),
    );
    return Promise.race([ask(...about), aborted]);
  };
}

/** @param providers those that are connected. One that a rule names and that is not among them fails closed. */
export function createAskedProviders(askProvider: AskProvider, providers: readonly KnownProvider[]): AskedProviders {
  const said = new Map<string, Promise<ProviderVerdict>>();
  return {
    ask(rule, text, place) {
      const key = askedKey(rule, text, place);
      const verdict = said.get(key) ?? dialled(rule.provider, text, place);
      said.set(key, verdict);
      return verdict;
    },
    recall: (rule, text, place) => said.get(askedKey(rule, text, place)) ?? unasked(rule, text, place),
  };

  async function dialled(named: string, text: string, place: Parameters<Ask>[2]): Promise<ProviderVerdict> {
    const known = providers.find(({ id, name }) => id === named || name === named);
    if (known === undefined) return failed({ name: named, onFailure: 'closed' }, 'it is not connected any more');
    if ('problem' in known.key) return failed(known, 'its key does not open');
    return askProvider({ ...known, apiKey: known.key.secret }, text, place);
  }
}
