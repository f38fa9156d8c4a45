import type { Command } from 'commander';
import type { ApiKey } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';
import { timeOf } from '../output/amounts.ts';
import type { Column } from '../output/table.ts';
import { type ListFlags, printList, withLimit } from './list-options.ts';
import { collected, givenOf } from './option-values.ts';

const COLUMNS: readonly Column<ApiKey>[] = [
  { header: 'ID', value: ({ id }) => id },
  { header: 'PREFIX', value: ({ prefix }) => prefix },
  { header: 'SCOPES', value: ({ scopes }) => scopes.join(', ') },
  { header: 'CREATED', value: ({ created_at }) => timeOf(created_at) },
  { header: 'LAST USED', value: ({ last_used_at }) => timeOf(last_used_at) },
  { header: 'EXPIRES', value: ({ expires_at }) => timeOf(expires_at) },
  { header: 'REVOKED', value: ({ revoked_at }) => timeOf(revoked_at) },
  { header: 'NAME', value: ({ name }) => name },
];

interface KeyFlags {
  readonly name?: string;
  readonly scope?: string[];
  readonly expiresAt?: string;
}

export function addKeys(program: Command, does: Does): void {
  const keys = program.command('keys').description('API keys');
  withLimit(keys.command('list').description('keys, newest first')).action(
    does(async (call, flags: ListFlags) =>
      printList(call, flags, (limit) => call.client().apiKeys.list({ limit }), COLUMNS),
    ),
  );
  keys
    .command('create')
    .description('make a key; it is shown this one time')
    .option('--name <name>', 'what it is for')
    .option('--scope <scope>', 'read, run or admin (again for more)', collected)
    .option('--expires-at <time>', 'when it ends (RFC 3339)')
    .action(
      does(async (call, { name, scope, expiresAt }: KeyFlags) => {
        const body = givenOf({ name, scopes: scope, expires_at: expiresAt });
        const created = await call.client().apiKeys.create(body);
        call.say(`key ${created.id} with ${created.scopes.join(', ')}; it is shown this one time`);
        await call.output.one(created, created.key);
        return undefined;
      }),
    );
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<key>', 'its id')
    .action(
      does(async (call, id: string) => {
        await call.confirm(`Revoke ${id}?`);
        await call.output.one(await call.client().apiKeys.revoke(id));
        return undefined;
      }),
    );
  addFirst(keys, does);
}

function addFirst(keys: Command, does: Does): void {
  keys
    .command('first')
    .description('make an admin key in the database of DATABASE_URL, for a new installation or when every key is lost')
    .action(
      does(async ({ io, output }) => {
        // What speaks to Postgres is loaded for this command only.
        const { firstKey } = await import('../local/first-key.ts');
        const apiKey = await firstKey(io.env);
        await output.one({ key: apiKey }, apiKey);
        return undefined;
      }),
    );
}
