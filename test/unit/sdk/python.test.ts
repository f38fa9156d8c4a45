import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { description } from '../../support/api-conformance.ts';
import { PYTHON_SDK, pythonEnvironment, runPython } from '../../support/python-sdk/environment.ts';

const TESTS = fileURLToPath(new URL('./python', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../examples/python', import.meta.url));
/** It is a tool server of its own, with packages that are not those of the SDK. */
const OF_OTHER_PACKAGES = 'own_mcp_tool.py';
const PACKAGE = path.join(PYTHON_SDK, 'src', 'brainstormrouter');
/** Most of it is waiting for a core when all tests run at once: on idle ones the longest of them takes ten seconds. */
const LIMIT_MS = 420_000;

const scratch = mkdtempSync(path.join(tmpdir(), 'python-sdk-'));
const openapi = path.join(scratch, 'openapi.json');
let python = '';

beforeAll(async () => {
  writeFileSync(openapi, JSON.stringify(description));
  python = await pythonEnvironment();
}, LIMIT_MS * 2);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The text of each Python file of a folder, by its path there. */
function sources(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.py'));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}

test('[sdk:python:typed-and-formatted] the Python SDK, its tests and its examples are formatted, and ruff and mypy find nothing', {
  timeout: LIMIT_MS,
}, async () => {
  const caches = { RUFF_NO_CACHE: 'true' };
  const config = ['--config', path.join(PYTHON_SDK, 'pyproject.toml')];
  await runPython(python, ['-m', 'ruff', 'format', '--check', ...config, PYTHON_SDK, TESTS, EXAMPLES], caches);
  await runPython(python, ['-m', 'ruff', 'check', ...config, PYTHON_SDK, TESTS], caches);
  // To an example, the SDK is a package like any other.
  await runPython(python, ['-m', 'ruff', 'check', ...config, '--config', 'src = []', EXAMPLES], caches);
  const mypy = ['-m', 'mypy', '--strict', '--cache-dir', path.join(scratch, 'mypy')];
  await runPython(python, mypy);
  // Programs of users, who do not know the settings of the package.
  const examples = Object.keys(sources(EXAMPLES)).filter((file) => file !== OF_OTHER_PACKAGES);
  const programs = [path.join(TESTS, 'typed_program.py'), ...examples.map((file) => path.join(EXAMPLES, file))];
  const asUser = ['--config-file=', ...programs];
  await runPython(python, [...mypy, ...asUser], { MYPYPATH: path.join(PYTHON_SDK, 'src') });
});

test('[sdk:python:types-of-the-description] the types of the Python SDK are those of the OpenAPI document', {
  timeout: LIMIT_MS,
}, async () => {
  const made = path.join(scratch, 'generated.py');
  await runPython(python, ['scripts/make_types.py', openapi, made]);
  expect(readFileSync(path.join(PACKAGE, 'types', '_generated.py'), 'utf8')).toBe(readFileSync(made, 'utf8'));
});

test('[sdk:python:sync-is-async] the synchronous client is the asynchronous one, word by word', {
  timeout: LIMIT_MS,
}, async () => {
  await runPython(python, ['scripts/make_sync.py', scratch], { RUFF_NO_CACHE: 'true' });
  expect(sources(path.join(PACKAGE, '_sync'))).toEqual(sources(path.join(scratch, '_sync')));
});

test('[sdk:python:behaves] the tests of the Python SDK pass', { timeout: LIMIT_MS }, async () => {
  const said = await runPython(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', TESTS], { OPENAPI: openapi });
  expect(said).toMatch(/\d+ passed/);
});
