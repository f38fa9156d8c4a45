import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';

const KEPT_MS = 24 * 60 * 60_000;

export interface ScriptSource {
  /** The folder of the repository. */
  readonly projectDir: string;
  /** The path of a TypeScript file in that folder. */
  readonly entry: string;
  /** The folders whose code may be part of the script; see the table of folders in README. */
  readonly sourceDirs: readonly string[];
  /** Packages that stay outside of the script. */
  readonly external: readonly string[];
  /** The folder that keeps scripts. It lies under node_modules where a script needs packages that stay outside. */
  readonly cacheDir: string;
  /** Told when the script has to be made, which takes up to seconds. */
  readonly log?: ((line: string) => void) | undefined;
}

/**
 * The path of an entry point as one script. Reading hundreds of modules one by one takes most of the start of a process. The
 * script is kept under the hash of everything that goes into it, so nobody builds by hand and nobody runs old code.
 * @throws Error when the script can't be made or kept
 */
export async function bundledScript(source: ScriptSource): Promise<string> {
  const { projectDir, entry, cacheDir, external, log = () => {} } = source;
  const family = `${entry.replace(/\W+/g, '-')}-${sha256(projectDir).slice(0, 8)}`;
  const file = path.join(cacheDir, `${family}-${await fingerprint(source)}.mjs`);
  if (await exists(file)) return file;
  log(`bundling ${entry}, once for each version of the code`);
  await mkdir(cacheDir, { recursive: true });
  // esbuild is loaded here, because most starts find their script.
  const { build } = await import('esbuild');
  // The script gets its name when it is complete, because another process may be making the same script.
  const draft = `${file}.${process.pid}`;
  await build({
    entryPoints: [path.join(projectDir, entry)],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: [...external],
    plugins: [ownAddresses],
    // CommonJS modules in the script ask for these.
    banner: {
      js: `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`,
    },
    logLevel: 'silent',
  });
  await rename(draft, file);
  await removeOlder(cacheDir, family, file);
  return file;
}

/** A file that Node can run, with the flags that it needs for it. */
export interface RunnableScript {
  readonly file: string;
  readonly execArgv: string[];
}

/** An entry point as one script. If no script can be kept, its modules are run as they are. */
export async function runnableScript(source: ScriptSource): Promise<RunnableScript> {
  const file = await bundledScript(source).catch(() => undefined);
  if (file !== undefined) return { file, execArgv: [] };
  return { file: path.join(source.projectDir, source.entry), execArgv: ['--import', 'tsx'] };
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
async function fingerprint({ projectDir, external, sourceDirs }: ScriptSource): Promise<string> {
  const hash = createHash('sha256').update(process.version).update(JSON.stringify(external));
  hash.update(await readFile(path.join(projectDir, 'package-lock.json')));
  for (const dir of sourceDirs) {
    const names = (await readdir(path.join(projectDir, dir), { recursive: true })).filter((name) =>
      name.endsWith('.ts'),
    );
    const texts = await Promise.all(names.sort().map((name) => readFile(path.join(projectDir, dir, name))));
    for (const [i, text] of texts.entries()) hash.update(`${dir}/${names[i]}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 24);
}

/** A process of an earlier version may start others from its script, so scripts of the last day stay. */
async function removeOlder(cacheDir: string, family: string, kept: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const file = path.join(cacheDir, name);
    if (!name.startsWith(`${family}-`) || !name.endsWith('.mjs') || file === kept) continue;
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: 0 }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(file, { force: true });
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
