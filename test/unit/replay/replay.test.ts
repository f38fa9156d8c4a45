import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logOfTemporal } from '../../../worker/temporal-log.ts';
import { workflowBundle } from '../../../worker/workflow-bundle.ts';
import { historyFromJson } from '../../support/history-json.ts';

/** Recorded from real sessions by test/support/record-histories.ts. */
const HISTORIES = fileURLToPath(new URL('../../histories/', import.meta.url));
const names = readdirSync(HISTORIES).filter((name) => name.endsWith('.json'));
const cacheDir = mkdtempSync(path.join(tmpdir(), 'agent-runs-replay-'));
let bundle: { code: string };

beforeAll(async () => {
  logOfTemporal(pino({ level: 'silent' }));
  bundle = await workflowBundle(cacheDir);
}, 60_000);
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

test.each(names)('[I7] the recorded history %s replays on the current code', async (name) => {
  const history = historyFromJson(JSON.parse(readFileSync(path.join(HISTORIES, name), 'utf8')));
  await Worker.runReplayHistory({ workflowBundle: bundle }, history);
});

test('[I7] a history that the code would not have made does not replay', async () => {
  const recorded = readFileSync(path.join(HISTORIES, 'bundled-tools.json'), 'utf8');
  const history = historyFromJson(JSON.parse(recorded.replaceAll('"callModel"', '"callAnother"')));
  await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history)).rejects.toThrow(/Nondeterminism/);
});
