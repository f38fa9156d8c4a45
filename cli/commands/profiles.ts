import { text } from '@clack/prompts';
import type { Command } from 'commander';
import { answered, type Call, type Does } from '../call.ts';
import { usageError } from '../cli-error.ts';
import { findService } from '../connection/find-service.ts';
import { profilesPath, readProfiles, writeProfiles } from '../connection/profiles.ts';
import { secretInput } from './secret-input.ts';

export function addProfiles(program: Command, does: Does): void {
  const profiles = program.command('profiles').description('names for services and their keys, kept in a file');
  profiles
    .command('list')
    .description('the profiles that there are')
    .action(
      does(async ({ io, output }) => {
        const { current, profiles: known } = readProfiles(profilesPath(io));
        const items = Object.entries(known).map(([name, { base_url, api_key }]) => ({
          name,
          base_url,
          api_key: `${api_key.slice(0, 8)}…`,
          current: name === current,
        }));
        await output.many(items, [
          { header: 'NAME', value: ({ name, current: isCurrent }) => `${name}${isCurrent ? ' *' : ''}` },
          { header: 'URL', value: ({ base_url }) => base_url },
          { header: 'KEY', value: ({ api_key }) => api_key },
        ]);
        return undefined;
      }),
    );
  profiles
    .command('add')
    .description('keep a service under a name; its key is asked for, or read from standard input')
    .argument('<name>')
    .option('--url <url>', 'the address of the service')
    .action(
      does(async (call, name: string, { url }: { url?: string }) => {
        await add(call, name, url);
        return undefined;
      }),
    );
  addOthers(profiles, does);
}

async function add(call: Call, name: string, url: string | undefined): Promise<void> {
  const base_url = url ?? (await askForUrl(call));
  if (!URL.canParse(base_url)) throw usageError(`"${base_url}" is no address; it begins with https://.`);
  const path = profilesPath(call.io);
  const { current = name, profiles } = readProfiles(path);
  const api_key = await secretInput(call, 'The API key');
  writeProfiles(path, { current, profiles: { ...profiles, [name]: { base_url, api_key } } });
  call.say(`profile ${name} is kept in ${path}${current === name ? ' and is the current one' : ''}`);
}

async function askForUrl({ io, isInteractive }: Call): Promise<string> {
  if (!isInteractive) throw usageError('Name the address of the service with --url.');
  return answered(await text({ message: 'The address of the service', input: io.stdin, output: io.stderr }));
}

function addOthers(profiles: Command, does: Does): void {
  profiles
    .command('use')
    .description('make a profile the current one')
    .argument('<name>')
    .action(
      does(async ({ io, say }, name: string) => {
        const path = profilesPath(io);
        const known = readProfiles(path);
        findService(io, name);
        writeProfiles(path, { ...known, current: name });
        say(`profile ${name} is the current one`);
        return undefined;
      }),
    );
  profiles
    .command('remove')
    .description('forget a profile')
    .argument('<name>')
    .action(
      does(async (call, name: string) => {
        const path = profilesPath(call.io);
        const { current, profiles: known } = readProfiles(path);
        findService(call.io, name);
        await call.confirm(`Forget the profile ${name} and its key?`);
        const { [name]: _, ...rest } = known;
        writeProfiles(path, { profiles: rest, ...(current === undefined || current === name ? {} : { current }) });
        return undefined;
      }),
    );
}
