import type { ProviderVariables } from '../../processes/provider-settings.ts';
import type { ModelProtocol } from '../model-call.ts';
import { anthropic } from './anthropic.ts';
import { google } from './google.ts';
import { openai } from './openai.ts';
import { openAiCompatible } from './openai-compatible.ts';
import type { ProtocolAdapter, ProviderKind } from './provider-kind.ts';
import { simulated } from './simulated.ts';

const kinds = [anthropic, openai, google, openAiCompatible, simulated] as const;

export type ProviderKindName = (typeof kinds)[number]['name'];

export interface ListedKind extends ProviderKind {
  readonly name: ProviderKindName;
}

/** Every kind of provider that can be connected, in the order of the catalog. */
export const providerKinds: readonly ListedKind[] = kinds;

/** The environment variables that connect providers for every tenant. */
export const providerVariables: readonly ProviderVariables[] = providerKinds.flatMap(({ name, environment }) =>
  environment === undefined ? [] : [{ kind: name, ...environment }],
);

export function findKind(name: string): ListedKind | undefined {
  return providerKinds.find((each) => each.name === name);
}

/** @throws Error when the kind does not speak the protocol: the catalog makes no such model. */
export function adapterOf({ kind, protocol }: { kind: ProviderKindName; protocol: ModelProtocol }): ProtocolAdapter {
  const adapter = findKind(kind)?.adapters.find((each) => each.protocol === protocol);
  if (adapter === undefined) throw new Error(`Providers of kind ${kind} do not speak ${protocol}.`);
  return adapter;
}
