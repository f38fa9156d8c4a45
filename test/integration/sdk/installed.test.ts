import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  EXAMPLES,
  type InstalledSdks,
  installSdks,
  type Language,
  runWithSdk,
  type SdkProgram,
} from '../../support/packed-sdks/installed.ts';
import { toolPath } from '../../support/packed-sdks/packed-typescript.ts';
import { inCommonJs, PYTHON_OF_PAGE, TYPESCRIPT_OF_PAGE } from '../../support/packed-sdks/page-examples.ts';
import { runProgram } from '../../support/packed-sdks/run-program.ts';
import { blocksOf, tourOf } from '../../support/packed-sdks/tour.ts';
import { startTestStack, type TestStack } from '../../support/stack.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const README: Readonly<Record<Language, string>> = {
  typescript: readFileSync(path.join(ROOT, 'sdk/typescript/README.md'), 'utf8'),
  python: readFileSync(path.join(ROOT, 'sdk/python/README.md'), 'utf8'),
};
const LANGUAGES: readonly Language[] = ['typescript', 'python'];

const home = mkdtempSync(path.join(tmpdir(), 'sdk-installed-'));
let installed: InstalledSdks;
let stack: TestStack;
/** Each language works in a tenant of its own, so that their agents and tool servers may have the same names. */
let environments: Readonly<Record<Language, Record<string, string>>>;

beforeAll(async () => {
  // With delays, as a reader has them: a session lasts long enough to be steered.
  stack = await startTestStack({ env: { AGENT_RUNS_SIMULATED_DELAYS: 'typical' } });
  installed = await installSdks(home);
  environments = { typescript: await environmentOfTenant(), python: await environmentOfTenant() };
});
afterAll(async () => {
  await stack?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A tenant with the agent of the product page. */
async function environmentOfTenant(): Promise<Record<string, string>> {
  const tenant = await stack.newTenant();
  const agent = { display_name: 'Research Agent', budget_daily_usd: 10, department: 'Engineering' };
  await tenant.call('POST', '/v1/agent/bootstrap', { agent_id: 'research-01', ...agent });
  return { BRAINSTORMROUTER_API_KEY: tenant.apiKey, BRAINSTORMROUTER_BASE_URL: stack.baseUrl };
}

function written(folder: string, name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function run(language: Language, program: Omit<SdkProgram, 'env'>): Promise<string> {
  return runWithSdk(installed, language, { ...program, env: environments[language] });
}

describe.concurrent('the packed files', () => {
  test('[sdk:package:registry-takes-it] publint, arethetypeswrong and twine find nothing in them', async () => {
    const { typescript, python, tools } = installed;
    const checks = [
      [process.execPath, toolPath('publint/src/cli.js'), 'run', '--strict', typescript.tarball],
      [process.execPath, toolPath('@arethetypeswrong/cli/dist/index.js'), typescript.tarball],
      [tools, '-m', 'twine', 'check', '--strict', python.wheel, python.sdist],
    ];
    await Promise.all(checks.map((command) => runProgram(command, { cwd: home })));
  });

  test('[sdk:package:docs-inside] they hold the clients, their types and their docs, and nothing else', async () => {
    const { typescript, python, tools } = installed;
    const code = ['dist/index.cjs', 'dist/index.d.cts', 'dist/index.d.ts', 'dist/index.js', 'package.json'];
    const docs = ['CHANGELOG.md', 'LICENSE', 'README.md', 'docs/api.md', 'docs/sdk.md'];
    expect(typescript.files.toSorted()).toEqual([...code, ...docs].toSorted());
    const wheel = await runProgram([tools, '-m', 'zipfile', '--list', python.wheel], { cwd: home });
    for (const file of ['py.typed', 'docs/sdk.md', 'docs/api.md']) expect(wheel).toContain(`brainstormrouter/${file}`);
    expect(wheel).not.toMatch(/\btests?\//);
    const sdist = await runProgram([tools, '-m', 'tarfile', '--list', python.sdist], { cwd: home });
    for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE', 'pyproject.toml']) expect(sdist).toContain(`/${file}`);
  });

  test.each([
    ['esm', 'node16'],
    ['esm', 'bundler'],
    ['commonJs', 'node16'],
  ] as const)(
    '[sdk:package:typed] the %s project type-checks strictly with moduleResolution %s',
    async (project, resolution) => {
      const cwd = installed[project];
      const isModule = project === 'esm';
      const page = written(
        cwd,
        `typed-${resolution}.ts`,
        isModule ? TYPESCRIPT_OF_PAGE : inCommonJs(TYPESCRIPT_OF_PAGE),
      );
      const readme = isModule ? [written(cwd, `tour-${resolution}.ts`, tourOf(README.typescript, 'ts'))] : [];
      const modules = resolution === 'bundler' ? ['--module', 'esnext'] : ['--module', 'node16'];
      const options = [
        '--ignoreConfig',
        ...(isModule ? ['--types', 'node'] : []),
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--moduleResolution',
        resolution,
        ...modules,
      ];
      await runProgram([toolPath('.bin/tsc'), ...options, page, ...readme], { cwd });
    },
  );
});

describe.concurrent('installed from the packed files', () => {
  const withKey = (example: string, language: Language) =>
    example.replace('brk_...', environments[language].BRAINSTORMROUTER_API_KEY ?? '');
  const print = 'console.log(result.reason, result.totalTurns, result.text)';

  test('[sdk:page:examples-run] the TypeScript example of the product page runs as it stands', async () => {
    const example = withKey(TYPESCRIPT_OF_PAGE, 'typescript');
    written(installed.esm, 'page.ts', `${example}${print};\n`);
    expect(await run('typescript', { file: 'page.ts' })).toMatch(/^completed [1-9]\d* \S/);
  });

  test('[sdk:page:examples-run] so it does in CommonJS', async () => {
    const body = withKey(TYPESCRIPT_OF_PAGE, 'typescript').replace(/^import .*$/m, '');
    const imported = 'const { BrainstormRouter } = require("brainstormrouter");';
    const file = written(installed.commonJs, 'page.js', `${imported}\n(async () => {${body}${print};})();\n`);
    const printed = await runProgram([process.execPath, file], { cwd: home, env: environments.typescript });
    expect(printed).toMatch(/^completed [1-9]\d* \S/);
  });

  test('[sdk:page:examples-run] the Python example of the product page runs as it stands', async () => {
    const example = withKey(PYTHON_OF_PAGE, 'python');
    const file = written(home, 'page.py', `${example}print(result.reason, result.total_turns, result.text)\n`);
    expect(await run('python', { file })).toMatch(/^completed [1-9]\d* \S/);
  });

  test.each(LANGUAGES)(
    '[sdk:readme:every-snippet-runs] every snippet of the %s README runs, pasted in order',
    async (language) => {
      const fence = language === 'typescript' ? 'ts' : 'python';
      const others = blocksOf(README[language]).filter((block) => block.language !== fence);
      // What a shell is given installs the package, as this test has done.
      expect(others.filter(({ text }) => !/^(npm|pip) install brainstormrouter\n$/.test(text))).toEqual([]);
      const tour = tourOf(README[language], fence);
      const file = language === 'typescript' ? written(installed.esm, 'tour.ts', tour) : written(home, 'tour.py', tour);
      expect(await run(language, { file })).toContain('completed');
    },
  );

  /** What a person would see in the terminal. */
  const EXAMPLES_SHOW: Readonly<Record<string, readonly RegExp[]>> = {
    'first-run': [/completed after \d+ turns, \$0\.\d+/],
    streaming: [/\[turn \d+\] \S/, /\[completed after \d+ ms, \$0\.\d+/],
    steering: [/turn \d+ calls \w+/, /alignment/i, /completed, 0 messages were not read/],
    approvals: [/workspace_write .*\n?Allow it\?/, /completed/],
    conversation: [/invoices are due in 30 days/i, /\$0\.\d+ so far/],
    budgets: [/the next request needs \$0\.\d+/, /completed for \$0\.\d+/, /are left for today/],
    'own-mcp-tool': [/Order 4711 was shipped on Monday/],
  };
  const inputs: Readonly<Record<string, string>> = { approvals: 'y\n' };
  const fileOf = (language: Language, name: string) =>
    language === 'typescript' ? `${name}.ts` : path.join(EXAMPLES, 'python', `${name.replaceAll('-', '_')}.py`);

  test('[sdk:examples:run-as-they-are] both languages have the same examples, and each is tried here', () => {
    const names = [...Object.keys(EXAMPLES_SHOW), 'another-process'].toSorted();
    const files = (folder: string, ending: string) =>
      readdirSync(path.join(EXAMPLES, folder))
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length).replaceAll('_', '-'))
        .toSorted();
    expect(files('typescript', '.ts')).toEqual(names);
    expect(files('python', '.py')).toEqual(names);
  });

  const cases = LANGUAGES.flatMap((language) => Object.keys(EXAMPLES_SHOW).map((name) => ({ language, name })));
  test.each(cases)('[sdk:examples:run-as-they-are] $language: $name', async ({ language, name }) => {
    const printed = await run(language, { file: fileOf(language, name), input: inputs[name] });
    for (const expected of EXAMPLES_SHOW[name] ?? []) expect(printed).toMatch(expected);
  });

  test.each(LANGUAGES)('[sdk:examples:run-as-they-are] %s: another-process', async (language) => {
    const file = fileOf(language, 'another-process');
    const [sessionId = '', after = ''] = (await run(language, { file })).trim().split(' ');
    const lines = (await run(language, { file, args: [sessionId, after] })).split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${Number(after) + 1} `));
    expect(lines.find((line) => line.endsWith('session.status_ended'))).toBeDefined();
    expect(lines.join('\n')).toMatch(/^completed: \S/m);
  });
});
