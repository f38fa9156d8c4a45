import { readdir } from 'node:fs/promises';
import { workflowBundle } from './workflow-bundle.ts';

/** Bundles the workflows ahead of time, so that a worker with the same AGENT_RUNS_BUNDLE_CACHE starts 2 to 3 s sooner. */
const cacheDir = process.env.AGENT_RUNS_BUNDLE_CACHE;
if (!cacheDir) {
  console.error('AGENT_RUNS_BUNDLE_CACHE is not set: it names the folder that keeps the bundle.');
  process.exit(1);
}
await workflowBundle(cacheDir);
// A worker goes on if the cache cannot be written, but this command would then leave an image without its bundle.
const kept = await readdir(cacheDir).catch(() => []);
if (kept.length === 0) {
  console.error(`The bundle could not be written to ${cacheDir}.`);
  process.exit(1);
}
console.error(`The workflows are bundled in ${cacheDir}.`);
