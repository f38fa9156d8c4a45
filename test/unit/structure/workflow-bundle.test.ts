import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workflowBundle } from '../../../worker/workflow-bundle.ts';

let cacheDir: string;
let modules: string[];

beforeAll(async () => {
  cacheDir = await mkdtemp(path.join(tmpdir(), 'agent-runs-bundle-'));
  modules = modulesOf((await workflowBundle(cacheDir)).code);
}, 60_000);
afterAll(() => rm(cacheDir, { recursive: true, force: true }));

test('[code:workflow-bundle:nothing-forbidden] the workflow bundle contains our loop, and no files of ours but workflows/, domain/ and the names of temporal/', () => {
  const ours = modules.filter((name) => !name.includes('node_modules')).filter((name) => name.endsWith('.ts'));
  expect(ours.some((name) => name.endsWith('workflows/agent-session.ts'))).toBe(true);
  expect(ours.filter((name) => !/(^|\/)(workflows\/|domain\/|temporal\/session-workflow\.ts)/.test(name))).toEqual([]);
});

test('[code:workflow-bundle:nothing-forbidden] the workflow bundle contains no packages but those that workflows run on', () => {
  const packages = new Set(modules.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.slice(1) ?? []));
  const allowed = /^(@temporalio\/(workflow|common|proto|worker)|long|ms|protobufjs|@protobufjs\/.*|nexus-rpc)$/;
  expect([...packages].filter((name) => !allowed.test(name))).toEqual([]);
});

test('[code:workflow-bundle:nothing-forbidden] the workflow bundle imports no module of Node that does I/O', () => {
  const builtins = modules.filter((name) => /^(external )?"?node:/.test(name));
  expect(builtins).toEqual([]);
});

/** The modules of a webpack bundle, which names each module before its code. */
function modulesOf(code: string): string[] {
  const ids = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)":?/gm)].map((match) => match[1] ?? '');
  if (ids.length === 0) throw new Error('The bundle names no modules.');
  return ids;
}
