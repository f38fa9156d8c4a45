import { expect, test } from 'vitest';
import { isStdioCommand, parseStdioCommands } from '../../../processes/stdio-commands.ts';
import { readStackOptions } from '../../../stack/options.ts';
import { workerChild } from '../../../stack/services/children.ts';

const ADDRESSES = {
  databaseUrl: 'postgres://db',
  temporalAddress: '127.0.0.1:1',
  sealingKey: 'a'.repeat(64),
  oldSealingKeys: [],
};

test.each([
  [{}, 70_000],
  [{ AGENT_RUNS_TOOL_TIMEOUT_S: '600' }, 610_000],
])('with %j a worker has more time to drain than its tools have to run', (env, stopTimeoutMs) => {
  expect(workerChild(readStackOptions(env), ADDRESSES)).toMatchObject({ stopTimeoutMs });
});

const OWN = { DATABASE_URL: 'postgres://u@h/db', AGENT_RUNS_SEALING_KEY: 'a'.repeat(64) };

test.each([
  [{}, 'npx -y @mcp/server-memory', true],
  [{}, 'uvx mcp-server-git', true],
  [{}, `${process.execPath} server.js`, true],
  [{}, 'sh -c anything', false],
  [{ AGENT_RUNS_STDIO_COMMANDS: 'none' }, 'npx -y @mcp/server-memory', false],
  [{ AGENT_RUNS_STDIO_COMMANDS: '/opt/git-server' }, '/opt/git-server', true],
  [{ AGENT_RUNS_STDIO_COMMANDS: '/opt/git-server' }, 'npx -y @mcp/server-memory', false],
  [OWN, 'npx -y @mcp/server-memory', false],
  [{ TEMPORAL_ADDRESS: '127.0.0.1:7233' }, 'npx -y @mcp/server-memory', false],
])('[connection:stdio:only-allowed-commands] with %j, the services may start "%s": %s', (settings, line, expected) => {
  const env = { PATH: process.env.PATH, ...settings };
  const child = workerChild(readStackOptions(env), ADDRESSES);
  return child.launch().then((launch) => {
    const allowed = parseStdioCommands(launch.env?.AGENT_RUNS_STDIO_COMMANDS);
    const [command = '', ...args] = line.split(' ');
    expect(isStdioCommand(allowed, { command, args })).toBe(expected);
  });
});
