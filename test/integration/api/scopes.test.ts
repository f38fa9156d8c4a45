import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiKeyScope } from '../../../contract/keys.ts';
import { type ApiUnderTest, request, startApi } from './fixture.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly scope: ApiKeyScope;
  readonly operatorOnly: boolean;
}

const SCOPES = ['read', 'run', 'admin'] as const satisfies readonly ApiKeyScope[];
let api: ApiUnderTest;
let operations: Operation[];
/** Keys of a tenant that is not the first. */
const keys = new Map<ApiKeyScope, string>();

beforeAll(async () => {
  api = await startApi();
  const { body: document } = await request(api, 'GET', '/openapi.json');
  operations = Object.entries<Record<string, Record<string, unknown>>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => Array.isArray(security) && security.length > 0)
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        scope: operation['x-required-scope'] as ApiKeyScope, // checked below
        operatorOnly: operation['x-operator-only'] === true,
      })),
  );
  const tenant = await request(api, 'POST', '/v1/tenants', { name: 'scopes' });
  const admin = { ...api, apiKey: tenant.body.api_key.key };
  for (const scope of SCOPES) {
    keys.set(scope, (await request(admin, 'POST', '/v1/api-keys', { scopes: [scope] })).body.key);
  }
});
afterAll(() => api.stop());

/** Nothing has these names, so a request that is let in finds nothing to change. */
const filled = (path: string) => path.replaceAll(/\{\w+\}/g, () => `none-${randomBytes(4).toString('hex')}`);

test('[api:key:scope-of-each-route] every route states its scope: a key with a lesser one is refused, and one with this scope is let in', async () => {
  expect(operations.length).toBeGreaterThan(70);
  expect(operations.filter(({ scope }) => !SCOPES.includes(scope))).toEqual([]);
  for (const { method, path, scope, operatorOnly } of operations) {
    for (const held of SCOPES) {
      const as = { ...api, apiKey: keys.get(held) ?? '' };
      const body = method === 'GET' || method === 'DELETE' ? undefined : { not_a_field: true };
      const { status, body: answer } = await request(as, method, filled(path), body);
      const refused = status === 403 && answer.error.code === 'missing_scope';
      const mayNot = operatorOnly || SCOPES.indexOf(held) < SCOPES.indexOf(scope);
      // Where the operator alone may go on, a wrong body is found first.
      const asStated = operatorOnly && held === 'admin' ? refused || status === 400 : refused === mayNot;
      expect([method, path, held, asStated ? 'as stated' : status]).toEqual([method, path, held, 'as stated']);
    }
  }
});

test('[api:key:scope-of-each-route] no key but one of an admin erases anything', () => {
  const erasing = operations.filter(({ method, scope }) => method === 'DELETE' && scope !== 'admin');
  expect(erasing).toEqual([]);
});
