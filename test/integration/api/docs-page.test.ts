import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROJECT_DIR } from '../../../stack/project.ts';
import { serviceCommand } from '../../../stack/services/command.ts';
import { checkAnswer } from '../../support/api-conformance.ts';

/** An address at which nothing listens, since the page needs neither database nor Temporal. */
const NOWHERE = '127.0.0.1:1';

let api: ChildProcess;
let baseUrl: string;

beforeAll(async () => {
  // The API runs as one script, as in the stack. The files of the package must be found from there, too.
  const [command = '', ...args] = await serviceCommand('api/main.ts');
  const env = {
    ...process.env,
    DATABASE_URL: `postgres://nobody@${NOWHERE}/none`,
    TEMPORAL_ADDRESS: NOWHERE,
    AGENT_RUNS_SEALING_KEY: '0'.repeat(64),
    PORT: '0',
  };
  api = spawn(command, args, { cwd: PROJECT_DIR, env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [ready] = await once(api, 'message');
  baseUrl = `http://127.0.0.1:${ready.port}`;
}, 60_000);

afterAll(async () => {
  api.kill();
  if (api.exitCode === null) await once(api, 'exit');
});

async function get(path: string): Promise<{ status: number; headers: Headers; text: string }> {
  const response = await fetch(new URL(path, baseUrl), { redirect: 'manual' });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  const { status, headers } = response;
  checkAnswer({ method: 'GET', path }, { status, headers, body: isJson ? JSON.parse(text) : text });
  return { status, headers, text };
}

/** The absolute addresses of all files that a page or a style sheet names. */
function namedIn(text: string, where: string): URL[] {
  const names = [...text.matchAll(/(?:src|href)="([^"]*)"|url\(["']?([^)"']*)/g)].map(
    ([, inPage, inStyle]) => inPage ?? inStyle,
  );
  return names.map((name) => new URL(name ?? '', new URL(where, baseUrl)));
}

test('[api:docs:complete-from-its-own-origin] the page and all files that it names come from this service, and its policy allows no others', async () => {
  const page = await get('/docs');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = page.headers.get('content-security-policy') ?? '';
  const sources = policy.split(/; /).flatMap((directive) => directive.split(' ').slice(1));
  expect(policy).toContain("default-src 'none'");
  expect([...new Set(sources)].sort()).toEqual(["'none'", "'self'", 'data:']);
  const named = namedIn(page.text, '/docs');
  expect(named.map(({ pathname }) => pathname)).toEqual(
    expect.arrayContaining(['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/start.js', '/openapi.json']),
  );
  for (const { origin, pathname } of named) {
    expect([pathname, origin]).toEqual([pathname, baseUrl]);
    const { status, headers, text } = await get(pathname);
    expect([pathname, status]).toEqual([pathname, 200]);
    if (pathname === '/openapi.json') continue;
    expect([pathname, headers.get('content-security-policy')]).toEqual([pathname, policy]);
    if (pathname.endsWith('.css'))
      expect(namedIn(text, pathname).every(({ protocol }) => protocol === 'data:')).toBe(true);
  }
  const start = await get('/docs/start.js');
  expect(start.text).toContain("url: 'openapi.json'");
  expect(start.text).not.toMatch(/https?:/);
});

test('[api:docs:complete-from-its-own-origin] the root path of the service redirects to the page', async () => {
  const { status, headers } = await get('/');
  expect([status, headers.get('location')]).toEqual([302, '/docs']);
});

test.each(['/docs/index.html', '/docs/package.json', '/docs/..%2Fpackage.json', '/docs/%2e%2e%2fpackage.json'])(
  'no other file is served: %s',
  async (path) => {
    const { status, text } = await get(path);
    expect([status, JSON.parse(text).error.code]).toEqual([404, 'route_not_found']);
  },
);
