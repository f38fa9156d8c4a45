import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { nodeCommand, PROJECT_DIR, SERVICE_FLAGS } from '../project.ts';

/** The folder lies under node_modules, so that a script finds the packages that stay outside of it. */
const CACHE_DIR = path.join(PROJECT_DIR, 'node_modules/.cache/agent-runs');
/** The folders whose code may be part of a service; see the table of folders in README. */
const SOURCE_DIRS = [
  ...['contract', 'domain', 'temporal', 'workflows', 'activities', 'worker', 'service'],
  ...['api', 'db', 'models', 'mcp', 'simulated', 'processes'],
];
/** Temporal's SDK loads files beside its own by path. pg asks for its native twin only if it is told to. */
const EXTERNAL = ['@temporalio/*', 'pg-native'];

/**
 * The command that runs an entry point of a service as one script. A service spends half of its start on reading 900 modules
 * one by one, and a session whose worker died waits for that start. The script is kept under the hash of everything that goes
 * into it. If no script can be made, the modules are run as they are.
 * @param entry path of a TypeScript file in the project's folder; the command must also be run in that folder
 * @param log is told when a script has to be made, which takes seconds
 */
export async function serviceCommand(
  entry: string,
  log: (line: string) => void = () => {},
): Promise<readonly string[]> {
  const script = await serviceScript(entry, log).catch(() => undefined);
  return script === undefined ? nodeCommand(entry) : [process.execPath, ...SERVICE_FLAGS, script];
}

async function serviceScript(entry: string, log: (line: string) => void): Promise<string> {
  const family = `${entry.replace(/\W+/g, '-')}-${sha256(PROJECT_DIR).slice(0, 8)}`;
  const file = path.join(CACHE_DIR, `${family}-${await fingerprint()}.mjs`);
  if (await exists(file)) return file;
  log(`bundling ${entry}, once for each version of the code`);
  await mkdir(CACHE_DIR, { recursive: true });
  // The script gets its name when it is complete, because another stack may be starting from the same folder.
  const draft = `${file}.${process.pid}`;
  await build({
    entryPoints: [path.join(PROJECT_DIR, entry)],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: EXTERNAL,
    plugins: [ownAddresses],
    // CommonJS modules in the script ask for these.
    banner: {
      js: `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`,
    },
    logLevel: 'silent',
  });
  await rename(draft, file);
  await removeOlder(family, file);
  return file;
}

/** Our modules find the files beside them by their own address, so a script must keep the address of each module. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const source = await readFile(file, 'utf8');
      return { contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file).href)), loader: 'ts' };
    });
  },
};

/** The hash of everything that goes into a script: our files, the versions of the packages, and the version of Node. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256').update(process.version).update(JSON.stringify(EXTERNAL));
  hash.update(await readFile(path.join(PROJECT_DIR, 'package-lock.json')));
  for (const dir of SOURCE_DIRS) {
    const names = (await readdir(path.join(PROJECT_DIR, dir), { recursive: true })).filter((name) =>
      name.endsWith('.ts'),
    );
    const texts = await Promise.all(names.sort().map((name) => readFile(path.join(PROJECT_DIR, dir, name))));
    for (const [i, text] of texts.entries()) hash.update(`${dir}/${names[i]}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 24);
}

async function removeOlder(family: string, kept: string): Promise<void> {
  for (const name of await readdir(CACHE_DIR)) {
    const file = path.join(CACHE_DIR, name);
    if (name.startsWith(`${family}-`) && name.endsWith('.mjs') && file !== kept) await rm(file, { force: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
