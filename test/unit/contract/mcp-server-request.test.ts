import { expect, test } from 'vitest';
import { mcpServerRequestSchema } from '../../../contract/mcp.ts';

const http = { name: 'docs', transport: 'streamable-http', url: 'https://mcp.example.com/mcp' };
const stdio = { name: 'docs', transport: 'stdio', command: 'docs-server' };

/** The field for which the request is refused, or undefined if it is accepted. */
function refusedAt(request: object): string | undefined {
  const issue = mcpServerRequestSchema.safeParse(request).error?.issues[0];
  if (issue === undefined) return undefined;
  return issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path.join('.');
}

test.each([
  http,
  stdio,
  {
    ...http,
    transport: 'sse',
    auth: 'Bearer t',
    headers: { 'X-Api-Key': 'k', Cookie: 'a=b; c=d', Origin: 'https://x' },
  },
  { ...stdio, args: ['a', ''], env: { API_KEY: 'k', EMPTY: '', lower_case: 'ü\nü', PAT: 'x', GITHUB_TOKEN: 'x' } },
  // A client may send back what an answer shows of a server without secrets.
  { ...http, command: null, args: [], auth: null, headers: {}, env: {} },
  { ...stdio, url: null, args: [], auth: null, headers: {}, env: {} },
])('[connection:fields:refused-not-ignored] %j is accepted', (request) => {
  expect(refusedAt(request)).toBeUndefined();
});

const headers: [string, string][] = [
  ...['Authorization', 'HOST', 'content-length', 'Content-Type', 'Connection', 'transfer-encoding', 'Upgrade', 'TE'],
  ...['Keep-Alive', 'Proxy-Authorization', 'Trailer', 'Expect', 'Mcp-Session-Id', 'mcp-protocol-version'],
  ...['Last-Event-ID', 'Accept', 'a b', 'a:b', 'a\nb', 'ä', '', 'a\0', 'x'.repeat(101)],
].map((name) => [name, 'v']);
const values = ['', 'a\r\nX-Evil: 1', 'a\nb', 'a\0', 'ä', '\t', '••••', 'x'.repeat(4_097)];

test.each([...headers, ...values.map((value): [string, string] => ['X-Good', value])])(
  '[connection:fields:refused-not-ignored] the header %j: %j is refused',
  (name, value) => {
    expect(refusedAt({ ...http, headers: { [name]: value } })).toBe(`headers.${name}`);
  },
);

test.each([
  ...['PATH', 'Path', 'HOME', 'LD_PRELOAD', 'LD_LIBRARY_PATH', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS', 'NODE_PATH'],
  ...['PYTHONPATH', 'PYTHONSTARTUP', 'BASH_ENV', 'ENV', 'IFS', 'PERL5OPT', 'RUBYOPT', 'JAVA_TOOL_OPTIONS', 'SHELL'],
  ...[
    'GIT_SSH_COMMAND',
    'npm_config_registry',
    'UV_INDEX_URL',
    'PIP_INDEX_URL',
    'OPENSSL_CONF',
    'AGENT_RUNS_SEALING_KEY',
  ],
  ...['1A', 'A-B', 'A=B', '', 'A B', 'A\0'],
])('[connection:stdio:only-allowed-commands] the variable %j is refused', (name) => {
  expect(refusedAt({ ...stdio, env: { [name]: 'v' } })).toBe(`env.${name}`);
});

test.each<[string, object]>([
  ['timeout', { ...http, timeout: 5 }],
  ['environment', { ...stdio, environment: {} }],
  ['command', { ...http, command: 'x' }],
  ['args', { ...http, args: ['x'] }],
  ['env', { ...http, env: { A: 'x' } }],
  ['url', { ...stdio, url: 'https://x.example' }],
  ['auth', { ...stdio, auth: 'Bearer x' }],
  ['headers', { ...stdio, headers: { A: 'x' } }],
  ['command', { ...stdio, command: null }],
  ['url', { ...http, url: undefined }],
  ['auth', { ...http, auth: 'Bearer x\r\nHost: y' }],
  ['auth', { ...http, auth: '••••' }],
  ['env.A', { ...stdio, env: { A: '••••' } }],
  ['env.A', { ...stdio, env: { A: 'a\0b' } }],
  ['headers.x-a', { ...http, headers: { 'X-A': '1', 'x-a': '2' } }],
  ['headers', { ...http, headers: Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`x-${n}`, 'v'])) }],
  ['env', { ...stdio, env: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`X_${n}`, 'v'])) }],
])('[connection:fields:refused-not-ignored] it is refused at %s: %j', (field, request) => {
  expect(refusedAt(request)).toBe(field);
});
