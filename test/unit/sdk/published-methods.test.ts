import { BrainstormRouter } from 'brainstormrouter';
import { expect, test } from 'vitest';
import { notServed, served } from '../../fixtures/published-client/published-calls.ts';
import { sendsOf } from '../../fixtures/sdk/recording-fetch.ts';

const { client, sent } = sendsOf(
  (fetch) => new BrainstormRouter({ apiKey: 'brk_x', baseUrl: 'https://br.test', fetch }),
);

test('[sdk:methods:published-ones-send-the-same] the table has each of the 64 methods of the published client once', () => {
  const names = [...served, ...notServed].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(64);
});

test.each(served)('[sdk:methods:published-ones-send-the-same] $name in TypeScript sends what it sent', async (call) => {
  const [resource = '', method = ''] = call.name.split('.').map(camel);
  // The table names the method, so types cannot know it.
  const holder = Object.entries(client).find(([name]) => name === resource)?.[1] as Record<string, unknown>;
  const found = holder[method] as (...args: readonly unknown[]) => Promise<unknown>;
  // An id is filled in by the test of the Python client. Here it may be any text.
  await found.call(holder, ...filled(call.typescript ?? []));
  const { query = {}, body, ...rest } = filled(call.sends);
  expect(sent.splice(0)).toEqual([{ ...rest, query, body, test: undefined }]);
});

function filled<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/\{(\w+)\}/g, 'id_$1'));
}

function camel(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
