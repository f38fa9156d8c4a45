import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeDisagreement, replayHistories } from '../../../worker/histories/replay-histories.ts';
import { logOfTemporal } from '../../../worker/temporal-log.ts';
import { historyFromJson } from '../../support/history-json.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'agent-runs-broken-'));

beforeAll(() => logOfTemporal(pino({ level: 'silent' })));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function recorded(name: string) {
  const json = readFileSync(path.join(ROOT, 'test/histories', `${name}.json`), 'utf8');
  return { workflowId: `ses_${name}`, history: historyFromJson(JSON.parse(json)) };
}

/** A copy of the workflow code in which one text is another. @returns its folder, and the line at which the change begins */
function broken(
  name: string,
  from: string,
  to: string,
  file = 'agent-session.ts',
): { readonly workflowsDir: string; readonly line: number } {
  const copy = path.join(dir, name);
  const workflowsDir = path.join(copy, 'workflows');
  mkdirSync(workflowsDir, { recursive: true });
  for (const folder of ['activities', 'contract', 'domain', 'temporal', 'node_modules']) {
    symlinkSync(path.join(ROOT, folder), path.join(copy, folder));
  }
  for (const file of readdirSync(path.join(ROOT, 'workflows'))) {
    const text = readFileSync(path.join(ROOT, 'workflows', file), 'utf8');
    writeFileSync(path.join(workflowsDir, file), text.replace(from, to));
  }
  const text = readFileSync(path.join(ROOT, 'workflows', file), 'utf8');
  expect(text.split(from)).toHaveLength(2);
  return { workflowsDir, line: text.slice(0, text.indexOf(from)).split('\n').length };
}

const DEBIT = 'const debited = await stage.debitBudget({ ...session, turn });';

test('[history:check:says-session-event-and-line] a build that asks for another stage, or for one less, is told which session, event and line disagree', async () => {
  const histories = [recorded('bundled-tools'), recorded('failover-and-outage')];
  expect(await replayHistories(histories)).toEqual({ replayed: 2, disagreements: [] });

  const more = broken('more', DEBIT, `await stage.settleToolCalls({ ...session, turn });${DEBIT}`);
  const { replayed, disagreements } = await replayHistories(histories, more.workflowsDir);
  expect(replayed).toBe(2);
  expect(disagreements.map(({ workflowId }) => workflowId).toSorted()).toEqual([
    'ses_bundled-tools',
    'ses_failover-and-outage',
  ]);
  for (const each of disagreements) {
    expect(each).toMatchObject({
      event: { id: expect.any(Number), holds: 'local activity debitBudget' },
      asks: 'local activity settleToolCalls',
      line: `workflows/agent-session.ts:${more.line}`,
    });
    expect(describeDisagreement(each)).toMatch(
      /^ses_\S+: event \d+ holds local activity debitBudget, but the code asks for local activity settleToolCalls at workflows\/agent-session\.ts:\d+\.\n {2}\S/,
    );
  }

  const less = broken('less', DEBIT, "const debited = { kind: 'ended', reason: 'completed' } as any;");
  const [first] = (await replayHistories(histories.slice(0, 1), less.workflowsDir)).disagreements;
  expect(first).toMatchObject({ event: { holds: 'local activity debitBudget' }, asks: undefined });
}, 120_000);

test('[history:check:says-session-event-and-line] a build that would carry bulk jobs out in another way is told so', async () => {
  const histories = [recorded('bulk-job'), recorded('bulk-job-first-run')];
  expect(await replayHistories(histories)).toEqual({ replayed: 2, disagreements: [] });
  const wait = 'if (step.waitMs > 0) await sleep(step.waitMs);';
  const { workflowsDir, line } = broken('waits', wait, 'await sleep(1_000);await sleep(1_000);', 'bulk-job.ts');
  const [first] = (await replayHistories(histories, workflowsDir)).disagreements;
  expect(first).toMatchObject({
    workflowId: 'ses_bulk-job',
    event: { holds: 'activity advanceBulkJob' },
    asks: 'timer',
    line: `workflows/bulk-job.ts:${line}`,
  });
}, 120_000);
