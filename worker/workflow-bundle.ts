import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const require = createRequire(import.meta.url);
const workflowsDir = fileURLToPath(new URL('../workflows/', import.meta.url));
/** The folders that workflows import code from. */
const domainDir = fileURLToPath(new URL('../domain/', import.meta.url));
const temporalDir = fileURLToPath(new URL('../temporal/', import.meta.url));

/**
 * Bundles the workflow code into one script. Bundling takes two to three seconds, so the result is kept under the hash of its
 * sources. If the cache cannot be written, only these seconds are lost.
 */
export async function workflowBundle(cacheDir: string): Promise<{ code: string }> {
  const file = path.join(cacheDir, `workflows-${await fingerprint()}.js`);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { code: kept };
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(workflowsDir, 'index.ts'),
    // Its report of a success is plain text, which does not belong in a log of JSON lines.
    logger: new DefaultLogger('ERROR'),
  });
  await mkdir(cacheDir, { recursive: true })
    .then(() => writeFile(`${file}.${process.pid}`, code))
    .then(() => rename(`${file}.${process.pid}`, file))
    .catch(() => undefined);
  return { code };
}

/** Hashes everything that a bundle may be made from: our files and the version of the SDK. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(require('@temporalio/workflow/package.json').version);
  for (const dir of [workflowsDir, domainDir, temporalDir]) {
    const names = (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
    for (const name of names) hash.update(name).update(await readFile(path.join(dir, name)));
  }
  return hash.digest('hex').slice(0, 24);
}
