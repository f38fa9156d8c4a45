import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandResult, command } from '../../support/command-line.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { shareStack } from '../../support/shared-stack.ts';
import type { SharedStack } from '../../support/stack.ts';

let stack: SharedStack;
let home: string;

beforeAll(async () => {
  stack = await shareStack();
  home = mkdtempSync(path.join(tmpdir(), 'agent-runs-doctor-'));
  // An installation without a provider is broken.
  await stack.script({ turns: [[{ text: 'Never asked.' }]] });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(home, { recursive: true, force: true });
});

interface Broken {
  readonly says: string;
  readonly env: Readonly<Record<string, string>>;
  readonly code: number;
  readonly finding: { readonly check: string; readonly status: string };
}

const BROKEN: readonly Broken[] = [
  {
    says: 'a key that is none',
    env: { AGENT_RUNS_API_KEY: 'brk_no' },
    code: 1,
    finding: { check: 'key', status: 'failed' },
  },
  {
    says: 'an API that is away',
    env: { AGENT_RUNS_URL: 'http://127.0.0.1:1' },
    code: 1,
    finding: { check: 'api', status: 'failed' },
  },
  {
    says: 'a Postgres that is away',
    env: { DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' },
    code: 1,
    finding: { check: 'postgres', status: 'failed' },
  },
  {
    says: 'a namespace that does not exist',
    env: { TEMPORAL_NAMESPACE: 'nowhere' },
    code: 1,
    finding: { check: 'temporal namespace', status: 'failed' },
  },
  {
    says: 'an egress list that is none',
    env: { AGENT_RUNS_EGRESS_ALLOW: 'http://here/' },
    code: 1,
    finding: { check: 'egress', status: 'failed' },
  },
  {
    says: 'an egress list that allows everything',
    env: { AGENT_RUNS_EGRESS_ALLOW: '0.0.0.0/0' },
    code: 0,
    finding: { check: 'egress', status: 'warning' },
  },
  {
    says: 'a collector that is away',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    code: 1,
    finding: { check: 'opentelemetry traces', status: 'failed' },
  },
  {
    says: 'a protocol of OpenTelemetry that is not spoken',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    code: 1,
    finding: { check: 'opentelemetry', status: 'failed' },
  },
];

function examined(extra: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  const { databaseUrl: DATABASE_URL, temporalAddress: TEMPORAL_ADDRESS } = stack.addresses;
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    AGENT_RUNS_HOME: path.join(home, 'no-stack'),
    AGENT_RUNS_URL: stack.baseUrl,
    AGENT_RUNS_API_KEY: stack.api.apiKey,
    DATABASE_URL,
    TEMPORAL_ADDRESS,
  };
  return command(['doctor', '-o', 'json'], { env: { ...env, ...extra }, input: '' }).ended;
}

test('[cli:doctor:finds-and-mends] in a stack that works, nothing is broken', async () => {
  const { code, stdout, stderr } = await examined();
  const findings: { check: string; status: string }[] = JSON.parse(stdout);
  expect(findings.filter(({ status }) => status === 'failed')).toEqual([]);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('nothing is broken') });
  const fine = findings.filter(({ status }) => status === 'ok').map(({ check }) => check);
  const wanted = ['node', 'api', 'key', 'workers', 'postgres', 'postgres schema', 'postgres NOTIFY'];
  expect(fine).toEqual(expect.arrayContaining([...wanted, 'temporal', 'temporal namespace', 'temporal workflows']));
});

test('[cli:doctor:finds-and-mends] a collector that takes traces and metrics is found', async () => {
  const receiver = await startOtlpReceiver();
  const { stdout } = await examined({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  await receiver.close();
  for (const signal of ['traces', 'metrics']) {
    const found = expect.stringContaining(`${receiver.endpoint}/v1/${signal}`);
    expect(JSON.parse(stdout)).toContainEqual({ check: `opentelemetry ${signal}`, status: 'ok', found });
  }
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces', '/v1/metrics']);
});

test.each(BROKEN)('[cli:doctor:finds-and-mends] $says is found', async ({ env: extra, code, finding }) => {
  const result = await examined(extra);
  expect(result, result.stderr).toMatchObject({ code });
  expect(JSON.parse(result.stdout)).toContainEqual(
    expect.objectContaining({ ...finding, mend: expect.stringMatching(/.{10}/) }),
  );
});
