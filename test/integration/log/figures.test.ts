import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { pickPort } from '../../../stack/free-port.ts';
import { askingRun, requireApproval } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { selectorsOf } from '../../support/promql.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let port: number;

beforeAll(async () => {
  port = await pickPort('127.0.0.1');
  stack = await startTestStack({ env: { AGENT_RUNS_WORKER_PORT: String(port) } });
});
afterEach(() => checkInvariants(stack));
afterAll(() => stack.stop());

async function workerFigures(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

/** The figures of a worker once `isThere` finds what it looks for in them. */
async function figuresWith(isThere: (text: string) => boolean): Promise<string> {
  let text = '';
  const seen = async () => {
    text = await workerFigures();
    return isThere(text);
  };
  await until('the figures', seen).catch(() => undefined);
  return text;
}

test('[figures:worker:own-port-and-truth] a worker shows at its own port what its sessions did and cost, with names and never a session', async () => {
  const agentId = await stack.newAgent();
  const calls = [
    { name: 'workspace_list', args: {} },
    { name: 'no_such_tool', args: {} },
  ];
  const script = await stack.script({
    turns: [[{ status: 429, retryAfter: '0' }, { toolCalls: calls }], [{ text: 'Done.' }]],
  });
  const body = { message: 'Go.', models: script.models };
  const { id } = await stack.api.call<{ id: string }>('POST', `/v1/agents/${agentId}/sessions`, body);
  await stack.api.watch(id).ended(60_000);
  const { cost_usd: cost } = (await stack.api.call('GET', `/v1/sessions/${id}`)) as { cost_usd: number };
  const ofModel = `provider="${script.name}",model="scripted-1"`;
  const text = await figuresWith((shown) => shown.includes(`agent_runs_session_ends_total{agent="${agentId}"`));
  for (const line of [
    `agent_runs_turn_duration_seconds_count{agent="${agentId}",outcome="continue"} 1`,
    `agent_runs_turn_duration_seconds_count{agent="${agentId}",outcome="completed"} 1`,
    `agent_runs_session_ends_total{agent="${agentId}",reason="completed"} 1`,
    `agent_runs_model_attempts_total{${ofModel},outcome="model.rate_limited"} 1`,
    `agent_runs_model_attempts_total{${ofModel},outcome="answered"} 2`,
    `agent_runs_first_token_seconds_count{${ofModel}} 2`,
    `agent_runs_model_selections_total{${ofModel},reason="failover"} 1`,
    `agent_runs_turn_reward_count{${ofModel}} 2`,
    'agent_runs_tool_calls_total{tool="workspace/list",outcome="succeeded"} 1',
    'agent_runs_tool_calls_total{tool="none",outcome="denied"} 1',
    'agent_runs_reservations_open 0',
    'agent_runs_inbox_oldest_seconds 0',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  const counted = /^agent_runs_cost_usd_total\{agent="([^"]*)",.*\} (\S+)$/gm;
  const ofAgent = [...text.matchAll(counted)].filter(([, agent]) => agent === agentId);
  expect(ofAgent.reduce((sum, [, , usd]) => sum + Number(usd), 0)).toBeCloseTo(cost, 9);
  expect(text).not.toContain(id);
  expect(text).not.toMatch(/tenant|ten_/);
});

test('[figures:worker:own-port-and-truth] a worker shows how many approvals wait, and how many no longer do', async () => {
  const agentId = await stack.newAgent();
  const tools = await stack.toolServer('seen', { effect: 'write', idempotent: false });
  await requireApproval(stack, tools);
  const { run, asked, confirm } = await askingRun(stack, agentId, [{ name: tools.tool('count'), args: { note: 'n' } }]);
  const [pending] = await asked();
  expect(await figuresWith((shown) => /^agent_runs_approvals_waiting 1$/m.test(shown))).toMatch(
    /^agent_runs_approvals_waiting 1$/m,
  );
  await confirm(pending?.toolUseId ?? '', { result: 'allow' });
  await run.ended(60_000);
  const text = await figuresWith((shown) => /^agent_runs_approvals_waiting 0$/m.test(shown));
  expect(text).toMatch(/^agent_runs_approvals_waiting 0$/m);
  expect(text).toMatch(/^agent_runs_tool_call_duration_seconds_count\{tool="mcp_\w+\/count"\} 1$/m);
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string };
}

const folder = new URL('../../../observability/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

/** Every query of a dashboard, wherever it stands in it. */
function queriesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === 'expr' ? [String(each)] : queriesIn(each)));
}

test('[figures:observability:exists] every metric and label that dashboards and alerts name is shown by a process', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ text: 'Done.' }]] });
  const body = { message: 'Go.', models: script.models };
  const { id } = await stack.api.call<{ id: string }>('POST', `/v1/agents/${agentId}/sessions`, body);
  await stack.api.watch(id).ended(60_000);
  const headers = { authorization: `Bearer ${stack.api.apiKey}` };
  const shown = `${await workerFigures()}\n${await (await fetch(`${stack.baseUrl}/metrics`, { headers })).text()}`;
  const dashboards = readdirSync(new URL('dashboards/', folder)).map((name) => `dashboards/${name}`);
  expect(dashboards).toHaveLength(3);
  const queries = [
    ...dashboards.flatMap((name) => queriesIn(JSON.parse(read(name)))),
    ...rules.map(({ expr }) => expr),
  ];
  const missing = new Set<string>();
  for (const { metric, labels } of queries.flatMap(selectorsOf)) {
    const lines = shown.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
    if (lines.length === 0) missing.add(metric);
    for (const label of labels) {
      // Prometheus itself adds these two.
      if (label !== 'job' && label !== 'instance' && !lines.some((line) => line.includes(`${label}="`))) {
        missing.add(`${metric}{${label}}`);
      }
    }
  }
  expect([...missing]).toEqual([]);
});

test('[figures:alerts:lead-to-what-to-do] every alert leads to a section of docs/operations.md that names it', () => {
  const page = readFileSync(new URL('../docs/operations.md', folder), 'utf8');
  const sections = new Map(
    page.split(/^#+ /m).map((section) => {
      const title = section.slice(0, section.indexOf('\n'));
      return [
        title
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
        section,
      ];
    }),
  );
  for (const { alert, annotations } of rules) {
    const [file, anchor = ''] = annotations.runbook_url.split('#');
    expect(file).toBe('docs/operations.md');
    expect(sections.get(anchor), alert).toContain(`\`${alert}\``);
  }
});
