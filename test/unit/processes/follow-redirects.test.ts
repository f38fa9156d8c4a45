import { expect, test } from 'vitest';
import { createRedirectingFetch, RedirectRefusedError } from '../../../processes/follow-redirects.ts';

interface Seen {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** Follows redirects of servers that answer as `answers` says, by address; others answer 200. */
async function follow(answers: Record<string, [number, string]>, url: string, init: RequestInit = {}) {
  const seen: Seen[] = [];
  const fetch = createRedirectingFetch(async (input, { method = 'GET', headers, body = null } = {}) => {
    seen.push({ url: String(input), method, headers: Object.fromEntries(new Headers(headers)), body });
    const [status, location] = answers[String(input)] ?? [200, ''];
    return new Response(null, { status, headers: location === '' ? {} : { location } });
  });
  const outcome = await fetch(url, init).catch((error: unknown) => error);
  return { outcome, seen };
}

const post: RequestInit = {
  method: 'POST',
  body: '{"call":1}',
  headers: { Authorization: 'Bearer t', 'X-Api-Key': 'k', 'Content-Type': 'application/json' },
};

test('[connection:egress:no-private-address] a redirect within a server takes method, body and credentials along', async () => {
  for (const status of [307, 308]) {
    const { outcome, seen } = await follow({ 'http://a.example/mcp': [status, '/mcp/'] }, 'http://a.example/mcp', post);
    expect(outcome).toMatchObject({ status: 200 });
    expect(seen[1]).toEqual({ ...seen[0], url: 'http://a.example/mcp/' });
    expect(seen[1]?.headers.authorization).toBe('Bearer t');
  }
});

test('[connection:egress:no-private-address] a redirect to another server takes no credential along, and no POST', async () => {
  const answers: Record<string, [number, string]> = { 'http://a.example/': [302, 'https://b.example/x'] };
  const { seen } = await follow(answers, 'http://a.example/', {
    headers: { ...post.headers, Accept: 'a/b', Cookie: 'c' },
  });
  expect(seen[1]).toMatchObject({ url: 'https://b.example/x', headers: { accept: 'a/b' } });
  const posted = await follow({ 'http://a.example/': [307, 'http://b.example/'] }, 'http://a.example/', post);
  expect(posted.outcome).toBeInstanceOf(RedirectRefusedError);
  expect(posted.seen).toHaveLength(1);
});

test.each<[string, string, [number, string], RequestInit]>([
  ['to plain http', 'https://a.example/', [302, 'http://a.example/'], {}],
  ['to another port, with a POST', 'http://a.example/', [307, 'http://a.example:81/'], post],
  ['that would make a GET of a POST', 'http://a.example/', [302, '/other'], post],
  ['to a file', 'http://a.example/', [302, 'file:///etc/passwd'], {}],
  ['to credentials', 'http://a.example/', [302, 'http://u:p@a.example/'], {}],
  ['to what is no address', 'http://a.example/', [302, 'http://['], {}],
  ['to itself for ever', 'http://a.example/', [302, 'http://a.example/'], {}],
])('[connection:egress:no-private-address] a redirect %s is not followed', async (_what, url, answer, init) => {
  const { outcome, seen } = await follow({ [url]: answer }, url, init);
  expect(outcome).toBeInstanceOf(RedirectRefusedError);
  expect(seen.length).toBeLessThanOrEqual(6);
});

test('a 303 after a POST is read with a GET, and an answer that is no redirect is returned', async () => {
  const { seen } = await follow({ 'http://a.example/': [303, '/result'] }, 'http://a.example/', post);
  expect(seen[1]).toMatchObject({ url: 'http://a.example/result', method: 'GET', body: null });
  expect(Object.keys(seen[1]?.headers ?? {})).toEqual(['authorization', 'x-api-key']);
  expect((await follow({ 'http://a.example/': [304, ''] }, 'http://a.example/')).outcome).toMatchObject({
    status: 304,
  });
  const upgraded = await follow({ 'http://a.example/': [308, 'https://a.example/'] }, 'http://a.example/', post);
  expect(upgraded.seen[1]?.headers.authorization).toBe('Bearer t');
});
