import { randomBytes } from 'node:crypto';
import type { ModelProtocol } from '../../models/model-call.ts';
import type { ScriptReport } from '../../simulated/scripts/request-record.ts';
import type { ScriptClient } from '../../simulated/scripts/script-client.ts';
import type { ScriptInput } from '../../simulated/scripts/script-schema.ts';
import type { ApiClient } from './client.ts';
import { kindOfProtocol } from './kind-of-protocol.ts';
import { costNanoAt, type ReportingProvider } from './reporting-provider.ts';

export interface ScriptedModel {
  readonly id: string;
  readonly inputUsdPerMtok: number;
  readonly outputUsdPerMtok: number;
  readonly contextWindow?: number;
  /** Beside `tools` and `streaming`. */
  readonly capabilities?: readonly string[];
}

/** A provider that plays one script over the wire. It is connected as a user would connect it. */
export interface ScriptedProvider extends ReportingProvider {
  readonly id: string;
  /** The `models` of a run that may use this provider only. */
  readonly models: readonly string[];
  report(): Promise<ScriptReport>;
  release(hold: string): Promise<void>;
  waitForRequests: (count: number, options?: { closed?: boolean; timeoutMs?: number }) => Promise<ScriptReport>;
}

const DEFAULT_MODELS: readonly ScriptedModel[] = [{ id: 'scripted-1', inputUsdPerMtok: 1, outputUsdPerMtok: 4 }];

export interface ScriptOptions {
  readonly models?: readonly ScriptedModel[];
  readonly protocol?: ModelProtocol;
  readonly name?: string;
  /** The port of a proxy on this host through which the worker reaches the provider. Default: no proxy. */
  readonly port?: number;
}

/** @returns the provider and its key, which must not appear anywhere (I10). */
export async function connectScript(
  deps: { client: ApiClient; scripts: ScriptClient },
  script: ScriptInput,
  options: ScriptOptions = {},
): Promise<{ provider: ScriptedProvider; key: string }> {
  const { client, scripts } = deps;
  const name = options.name ?? `script-${randomBytes(4).toString('hex')}`;
  const protocol = options.protocol ?? 'openai-chat';
  const models = options.models ?? DEFAULT_MODELS;
  const key = `provider-key-${randomBytes(12).toString('hex')}`;
  await scripts.put(name, script);
  const baseUrl = new URL(scripts.baseUrl(name, protocol));
  if (options.port !== undefined) baseUrl.port = String(options.port);
  const { id } = await client.call<{ id: string }>('POST', '/v1/providers', {
    provider: kindOfProtocol[protocol],
    name,
    api_key: key,
    base_url: baseUrl.href,
    models: models.map((model) => ({
      id: model.id,
      input_usd_per_mtok: model.inputUsdPerMtok,
      output_usd_per_mtok: model.outputUsdPerMtok,
      context_window: model.contextWindow ?? 1_000_000,
      max_output_tokens: 4_096,
      capabilities: ['tools', 'streaming', ...(model.capabilities ?? [])],
    })),
  });
  const provider: ScriptedProvider = {
    id,
    name,
    models: [`${name}/*`],
    report: () => scripts.report(name),
    release: (hold) => scripts.release(name, hold),
    waitForRequests: (count, waiting) => scripts.waitForRequests(name, count, waiting),
    costNano(modelId, usage) {
      const model = models.find((each) => each.id === modelId);
      if (model === undefined) throw new Error(`${name} has no model ${modelId}.`);
      return costNanoAt(model, usage);
    },
  };
  return { provider, key };
}
