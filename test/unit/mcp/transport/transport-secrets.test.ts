import { expect, test } from 'vitest';
import type { McpTransport } from '../../../../mcp/calls/tool-call.ts';
import { secretsOf, withoutSecrets } from '../../../../mcp/transport/transport-secrets.ts';

const http = (secrets: { auth?: string; headers?: Record<string, string> }): McpTransport => ({
  kind: 'streamable-http',
  url: 'https://x.example',
  ...secrets,
});
const stdio = (env: Record<string, string>): McpTransport => ({ kind: 'stdio', command: 'x', args: [], env });

test.each<[McpTransport, string, string]>([
  [http({ auth: 'Bearer s3cret-token' }), 'Bearer s3cret-token, s3cret-token', 'Bearer [redacted], [redacted]'],
  [http({ auth: 's3cret-token' }), 'x s3cret-token', 'x [redacted]'],
  [http({ auth: 'Bearer short' }), 'short', 'short'],
  [
    http({ headers: { 'X-Api-Key': 's3cret-token', 'X-Team': 'marketing' } }),
    's3cret-token marketing',
    '[redacted] marketing',
  ],
  [http({ headers: { 'X-Auth': 'Bearer s3cret-token' } }), 'you sent s3cret-token', 'you sent [redacted]'],
  [
    http({ auth: 'Bearer s3cret-token', headers: { 'X-Key': 's3cret-token-longer' } }),
    's3cret-token-longer',
    '[redacted]',
  ],
  [stdio({ GITHUB_TOKEN: 'ghp_12345678', ROOT: '/srv/files' }), '/srv/files ghp_12345678', '/srv/files [redacted]'],
  [stdio({ DSN: 'postgres://u:p4ss@db/x' }), 'cannot reach postgres://u:p4ss@db/x', 'cannot reach [redacted]'],
  [stdio({ GITHUB_PAT: 'ghp_12345678' }), 'ghp_12345678', '[redacted]'],
  [stdio({}), 'nothing', 'nothing'],
])('[I10] of %j, %j is shown as %j', (transport, text, shown) => {
  expect(withoutSecrets(text, secretsOf(transport))).toBe(shown);
});
