import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { pickPort } from '../../../stack/free-port.ts';
import { apiMetrics, type MetricDefinition, waitingMetrics, workerMetrics } from '../../../telemetry/metric-names.ts';
import { askingRun, requireApproval } from '../../support/asking-run.ts';
import { checkInvariants } from '../../support/invariants.ts';
import { writtenLines } from '../../support/log-lines.ts';
import { selectorsOf } from '../../support/promql.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';
import { until } from '../../support/until.ts';

let stack: TestStack;
let port: number;

beforeAll(async () => {
  port = await pickPort('127.0.0.1');
  stack = await startTestStack({ env: { AGENT_RUNS_WORKER_PORT: String(port), AGENT_RUNS_LOG_LEVEL: 'debug' } });
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

test('[log:stage:one-correlation] [log:event:appended-at-debug] [workflow:summaries:readable-without-text] the lines of a session and what Temporal shows of it lead to one another', async () => {
  const agentId = await stack.newAgent();
  const script = await stack.script({ turns: [[{ status: 429, retryAfter: '0' }, { text: 'A secret answer.' }]] });
  const path = `/v1/agents/${agentId}/sessions`;
  const body = { message: 'A secret question.', models: script.models };
  const { headers, body: made } = await stack.api.request('POST', path, body);
  const { id } = made as { id: string };
  await stack.api.watch(id).ended(60_000);
  const handle = stack.temporal.workflow.getHandle(id);
  const description = await handle.describe();
  const about = { session_id: id, request_id: headers.get('request-id') };
  const linesOf = (event: string) =>
    writtenLines(stack.home).filter((line) => line.session_id === id && line.event === event);
  await until('the lines', () => linesOf('event_appended').some(({ type }) => type === 'session.status_ended'));
  const [failed] = linesOf('model_attempt_failed');
  expect(failed).toMatchObject({ ...about, turn: 0, temporal_run_id: description.runId });
  const appended = linesOf('event_appended').filter(({ name }) => name === 'worker');
  expect(appended.map(({ type }) => type)).toContain('agent.message');
  for (const line of appended) {
    expect(line).toMatchObject({ ...about, level: 'debug', turn: 0, temporal_run_id: description.runId });
    expect(JSON.stringify(line)).not.toContain('secret');
  }
  expect(await description.staticDetails()).toContain(`[${id}](/v1/sessions/${id})`);
  const { events } = await handle.fetchHistory();
  const summaries = (events ?? []).flatMap(({ userMetadata }) =>
    userMetadata?.summary?.data == null ? [] : [Buffer.from(userMetadata.summary.data).toString()],
  );
  const called = summaries.filter((summary) => summary.includes(`turn 0 · ${script.name}/scripted-1 · at most $`));
  expect(called).toHaveLength(2);
  expect(summaries.join()).not.toContain('secret');
});

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook_url: string };
}

const folder = new URL('../../../observability/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const rules = (parse(read('alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

const definitions: readonly MetricDefinition[] = [workerMetrics, waitingMetrics, apiMetrics].flatMap((metrics) =>
  Object.values<MetricDefinition>(metrics),
);

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
    const name = metric.replace(/_(bucket|sum|count)$/, '');
    if (!shown.includes(`# TYPE ${name} `) && !shown.includes(`# TYPE ${metric} `)) missing.add(metric);
    const defined = definitions.find((each) => each.name === name || each.name === metric)?.labels;
    const lines = shown.split('\n').filter((line) => line.startsWith(`${metric}{`));
    for (const label of labels) {
      const has = defined?.some((each) => each === label) ?? lines.some((line) => line.includes(`${label}="`));
      // Prometheus itself adds these two.
      if (label !== 'job' && label !== 'instance' && !has) missing.add(`${metric}{${label}}`);
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
