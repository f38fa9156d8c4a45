import { expect, test } from 'vitest';
import { isStdioCommand, parseStdioCommands } from '../../../processes/stdio-commands.ts';

const SETTING = 'npx -y @mcp/server-memory; /opt/tools/git-server ;\n uvx mcp-server-git --repository /srv/repo;;';

test.each([
  [SETTING, 'npx -y @mcp/server-memory', true],
  [SETTING, 'npx -y @mcp/server-memory --file /tmp/x', true],
  [SETTING, '/opt/tools/git-server --any', true],
  [SETTING, 'uvx mcp-server-git --repository /srv/repo', true],
  [SETTING, 'uvx mcp-server-git --repository /srv/other', false],
  [SETTING, 'uvx mcp-server-git', false],
  [SETTING, 'npx -y @mcp/server-memory-evil', false],
  [SETTING, 'npx @mcp/server-memory', false],
  [SETTING, 'npx', false],
  [SETTING, 'git-server', false],
  [SETTING, './opt/tools/git-server', false],
  [SETTING, '/opt/tools/../tools/git-server', false],
  [SETTING, 'sh -c npx', false],
  ['', 'npx', false],
  ['none', 'npx', false],
  ['none', 'none', false],
  ['*', 'sh -c anything', true],
])('[connection:stdio:only-allowed-commands] with %j, "%s" is allowed: %s', (setting, line, allowed) => {
  const [command = '', ...args] = line.split(' ');
  expect(isStdioCommand(parseStdioCommands(setting), { command, args })).toBe(allowed);
});

test('[connection:stdio:only-allowed-commands] without the setting there is no command, and one argument is one word', () => {
  expect(parseStdioCommands(undefined)).toEqual([]);
  const allowed = parseStdioCommands('npx -y server');
  expect(isStdioCommand(allowed, { command: 'npx -y', args: ['server'] })).toBe(false);
  expect(isStdioCommand(allowed, { command: 'npx', args: ['-y server'] })).toBe(false);
});
