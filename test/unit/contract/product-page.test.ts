import { expect, test } from 'vitest';
import { bootstrapRequestSchema } from '../../../contract/agents.ts';
import { sessionEventSchema } from '../../../contract/events.ts';
import { inboxEventSchema } from '../../../contract/inbox.ts';
import { runRequestSchema } from '../../../contract/runs.ts';

test('the bootstrap body of the product page is accepted as it stands', () => {
  const body = {
    agent_id: 'research-01',
    display_name: 'Research Agent',
    budget_daily_usd: 10.0,
    department: 'Engineering',
  };
  expect(bootstrapRequestSchema.parse(body)).toEqual(body);
});

test('the run body of the product page is accepted, and its missing fields have the documented defaults', () => {
  const body = {
    message: 'Research the latest AI safety papers and write a summary',
    max_turns: 10,
    budget_cap_usd: 2.0,
  };
  expect(runRequestSchema.parse(body)).toEqual({ ...body, on_complete: 'end', idle_timeout_s: 1800, metadata: {} });
  expect(runRequestSchema.parse({ message: 'x' }).max_turns).toBe(10);
});

test('the steering events of the product page are accepted', () => {
  const message = { type: 'user.message', text: 'Also check for papers on alignment' };
  expect(inboxEventSchema.parse(message)).toEqual(message);
  expect(inboxEventSchema.parse({ type: 'user.interrupt' })).toEqual({ type: 'user.interrupt' });
});

test('each of the ten event types of the product page has a schema of its data', () => {
  const ofThePage = [
    'session.status_running',
    'session.status_idle',
    'session.status_ended',
    'agent.message',
    'agent.tool_use',
    'agent.tool_result',
    'br.model_selected',
    'br.guardrail_intervention',
    'br.budget_warning',
    'br.routing_savings',
  ];
  expect(sessionEventSchema.options.map((option) => option.shape.type.value)).toEqual(
    expect.arrayContaining(ofThePage),
  );
});

test.each([
  ['max_turns', 0],
  ['max_turns', 1001],
  ['max_turns', 1.5],
  ['budget_cap_usd', 0],
  ['budget_cap_usd', 1e-10],
  ['budget_cap_usd', -1],
  ['on_complete', 'sleep'],
  ['idle_timeout_s', 0],
  ['models', []],
  ['message', ''],
])('a run with %s = %j is refused', (field, value) => {
  expect(runRequestSchema.safeParse({ message: 'x', [field]: value }).success).toBe(false);
});

test.each(['ab', 'A-agent', 'a_b_c', 'a'.repeat(65), 'agent/1', ''])('the agent id %j is refused', (id) => {
  expect(bootstrapRequestSchema.safeParse({ agent_id: id }).success).toBe(false);
});
