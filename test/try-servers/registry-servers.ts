import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { UsedServer } from '../support/used-server.ts';
import type { InstalledServers } from './install-servers.ts';

const run = promisify(execFile);

interface Places {
  readonly installed: InstalledServers;
  /** A folder for what the servers work on. */
  readonly folder: string;
  readonly pageUrl: string;
  readonly databaseUrl: string;
}

/** Servers as their registries have them, with calls that need nothing from outside. */
export async function registryServers(places: Places): Promise<(UsedServer & { readonly from: string })[]> {
  const { installed, folder, pageUrl, databaseUrl } = places;
  const repository = path.join(folder, 'repository');
  await makeRepository(repository);
  return [
    {
      from: 'PyPI: mcp-server-time',
      name: 'time',
      command: installed.pypi('mcp-server-time'),
      args: [],
      calls: [
        { tool: 'get_current_time', args: { timezone: 'UTC' }, says: /"timezone": "UTC"/ },
        {
          tool: 'convert_time',
          args: { source_timezone: 'UTC', time: '12:00', target_timezone: 'Asia/Tokyo' },
          says: /21:00/,
        },
      ],
    },
    {
      from: 'PyPI: mcp-server-git',
      name: 'git',
      command: installed.pypi('mcp-server-git'),
      args: [],
      calls: [
        { tool: 'git_status', args: { repo_path: repository }, says: /working tree clean/ },
        { tool: 'git_log', args: { repo_path: repository }, says: /Message: first/ },
      ],
    },
    {
      from: 'PyPI: mcp-server-fetch',
      name: 'fetch',
      command: installed.pypi('mcp-server-fetch'),
      args: ['--ignore-robots-txt', '--allow-private-ips'],
      calls: [{ tool: 'fetch', args: { url: pageUrl, raw: true }, says: /The tide is high\./ }],
    },
    {
      from: 'npm: @modelcontextprotocol/server-postgres',
      name: 'postgres',
      command: installed.npm('mcp-server-postgres'),
      args: [databaseUrl],
      calls: [{ tool: 'query', args: { sql: 'SELECT 40 + 2 AS answer' }, says: /"answer": 42/ }],
    },
  ];
}

async function makeRepository(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    run('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args]);
  await git('init', '--quiet');
  await git('commit', '--quiet', '--allow-empty', '-m', 'first');
}
