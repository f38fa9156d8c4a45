import type { Command } from 'commander';
import type { Model, Provider } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { EXIT } from '../exit-code.ts';
import { usd } from '../output/amounts.ts';
import type { Column } from '../output/table.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { givenOf, jsonObject } from './option-values.ts';
import { secretInput } from './secret-input.ts';

const COLUMNS: readonly Column<Provider>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'NAME', value: ({ name }) => name },
  { header: 'KIND', value: ({ provider }) => provider },
  { header: 'HEALTH', value: ({ health }) => health.state },
  { header: 'SOURCE', value: ({ source }) => source },
  { header: 'MODELS', value: ({ models }) => models.join(', ') },
];

const MODEL_COLUMNS: readonly Column<Model>[] = [
  { header: 'MODEL', value: ({ id }) => id },
  { header: 'HEALTH', value: ({ health }) => health.state },
  { header: 'IN/MTOK', value: ({ input_usd_per_mtok }) => usd(input_usd_per_mtok), right: true },
  { header: 'OUT/MTOK', value: ({ output_usd_per_mtok }) => usd(output_usd_per_mtok), right: true },
  { header: 'CONTEXT', value: ({ context_window }) => context_window, right: true },
  { header: 'WHY', value: ({ health }) => health.why ?? '' },
];

interface ProviderFlags {
  readonly name?: string;
  readonly baseUrl?: string;
  readonly body?: Record<string, unknown>;
  readonly key: boolean;
  readonly test?: boolean;
}

export function addProviders(program: Command, does: Does): void {
  const providers = program.command('providers').description('where models come from');
  withLimit(providers.command('list').description('the providers that are connected')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().providers.list({ limit }), COLUMNS),
    ),
  );
  withLimit(providers.command('models').description('the models that runs may choose')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().brModels.list({ limit }), MODEL_COLUMNS),
    ),
  );
  providers
    .command('add')
    .description('connect a provider; its key is asked for, or read from standard input')
    .argument('<kind>', 'such as anthropic; "providers kinds" lists them')
    .option('--name <name>', 'what to call it')
    .option('--base-url <url>', 'its address, where the kind has none of its own')
    .option('--no-key', 'it takes no key')
    .option('--body <json>', 'other fields of the request, such as models', jsonObject('--body'))
    .option('--test', 'only try it, with one small request, and keep nothing')
    .action(
      does(async (call, kind: string, flags: ProviderFlags) => {
        const api_key = flags.key ? await secretInput(call, 'The key of the provider') : undefined;
        const named = givenOf({ name: flags.name, base_url: flags.baseUrl, api_key });
        const body = { ...flags.body, provider: kind, ...named };
        const client = call.client();
        if (!flags.test) {
          await call.output.one(await client.providers.register(body));
          return undefined;
        }
        const tested = await client.providers.test(body);
        await call.output.one(tested);
        return tested.ok ? EXIT.done : EXIT.error;
      }),
    );
  addOthers(providers, does);
}

function addOthers(providers: Command, does: Does): void {
  providers
    .command('kinds')
    .description('the kinds of providers that there are')
    .action(
      does(async (call) => {
        const { data } = await call.client().providers.catalog();
        await call.output.many(data, [
          { header: 'KIND', value: ({ provider }) => provider },
          { header: 'NEEDS', value: (kind) => needsOf(kind) },
          { header: 'NAME', value: ({ display_name }) => display_name },
        ]);
        return undefined;
      }),
    );
  providers
    .command('test')
    .description('try a connected provider with one small request')
    .argument('<provider>')
    .action(
      does(async (call, id: string) => {
        const tested = await call.client().providers.testConnected(id);
        await call.output.one(tested);
        return tested.ok ? EXIT.done : EXIT.error;
      }),
    );
  providers
    .command('remove')
    .description('disconnect a provider')
    .argument('<provider>')
    .action(
      does(async (call, id: string) => {
        await call.confirm(`Disconnect ${id}? Its key is forgotten.`);
        await call.output.one(await call.client().providers.remove(id));
        return undefined;
      }),
    );
}

function needsOf(kind: { needs_api_key: boolean; needs_base_url: boolean; needs_models: boolean }): string {
  const needs = [kind.needs_api_key && 'key', kind.needs_base_url && 'base URL', kind.needs_models && 'models'];
  return needs.filter((need) => need !== false).join(', ');
}
