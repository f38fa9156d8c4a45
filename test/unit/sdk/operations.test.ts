import { BrainstormRouter, type Operations } from 'brainstormrouter';
import { expect, expectTypeOf, test } from 'vitest';
import { type SentRequest, sendsOf } from '../../fixtures/sdk/recording-fetch.ts';
import { openApi, operationsOf } from '../../support/sdk-types/operations.ts';

/** The operation that a run begins with. It sends more than one request, and has tests of its own (run.test.ts). */
const RUN = 'agentRuns.run';
/** Methods that follow a run with more than one operation. */
const FOLLOWING = ['agentRuns.start', 'agentRuns.attach'];
const described = operationsOf(openApi);
const operations = described.filter(({ id }) => id !== RUN);
const { client, sent } = sendsOf(
  (fetch) => new BrainstormRouter({ apiKey: 'brk_x', baseUrl: 'https://br.test', fetch }),
);

/** What a test gives for a parameter of a path. The characters that a path cannot hold are encoded. */
const PATH_VALUES: Readonly<Record<string, readonly [given: string | number, sent: string]>> = {
  turn: [3, '3'],
  name: ['notes/a b?.md', 'notes/a%20b%3F.md'],
};

test.each(operations)('[sdk:methods:one-for-each-operation] client.$id sends $method $path', async (operation) => {
  const { resource, name, method, path, pathNames, query, body, bodyExample } = operation;
  const values = pathNames.map((each) => PATH_VALUES[each] ?? ([`${each}/1`, `${each}%2F1`] as const));
  const asked = Object.fromEntries(query.map((each) => [each.name, each.schema.type === 'integer' ? 7 : 'a,b']));
  const args = [
    ...values.map(([given]) => given),
    ...(body === undefined ? [] : [bodyExample]),
    ...(query.length === 0 ? [] : [asked]),
    { headers: { 'x-test': operation.id } },
  ];
  await methodNamed(resource, name)(...args);
  const filled = values.reduce<string>((text, [, each]) => text.replace(/\{\w+\}/, each), path);
  const wanted: SentRequest = {
    method: method.toUpperCase(),
    path: filled,
    query: Object.fromEntries(Object.entries(asked).map(([key, value]) => [key, String(value)])),
    body: body === undefined ? undefined : bodyExample,
    test: operation.id,
  };
  expect(sent.splice(0)).toEqual([wanted]);
});

test('[sdk:methods:one-for-each-operation] every method of a resource is an operation of the document', () => {
  const resources = Object.entries(client).filter(([, value]) => typeof value === 'object' && 'client' in value);
  const methods = resources.flatMap(([resource, value]) => methodsOf(value).map((name) => `${resource}.${name}`));
  expect(methods.sort()).toEqual([...described.map(({ id }) => id), ...FOLLOWING].sort());
});

test('[sdk:methods:one-for-each-operation] a parameter that would make another path of it is refused', async () => {
  for (const id of ['', '.', '..', undefined as unknown as string]) {
    expect(() => client.sessions.get(id), String(id)).toThrow('cannot be part of a path');
  }
  expect(() => client.context.get('a-1', 'soul', 'notes/../x')).toThrow('cannot be part of a path');
  expect(sent).toEqual([]);
});

type Method<Id> = Id extends `${infer R}.${infer M}`
  ? R extends keyof BrainstormRouter
    ? M extends keyof BrainstormRouter[R]
      ? Extract<BrainstormRouter[R][M], (...args: never[]) => unknown>
      : never
    : never
  : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Sent = Exclude<keyof Operations, 'agentRuns.run'>;
type WrongAnswer = {
  [Id in Sent]: Same<Awaited<ReturnType<Method<Id>>>, Operations[Id]['answer']> extends true ? never : Id;
}[Sent];
type Takes<Id extends Sent, Part extends string> = Operations[Id] extends Record<Part, infer Value> ? Value : undefined;
type WrongParameter = {
  [Id in Sent]: Takes<Id, 'body'> | Takes<Id, 'query'> extends Parameters<Method<Id>>[number] | undefined ? never : Id;
}[Sent];

test('[sdk:methods:one-for-each-operation] a method takes and gives what the document says, as TypeScript sees it', () => {
  expectTypeOf<WrongAnswer>().toBeNever();
  expectTypeOf<WrongParameter>().toBeNever();
});

function methodNamed(resource: string, name: string): (...args: unknown[]) => Promise<unknown> {
  // The document names it, so types cannot know it.
  const holder = (client as unknown as Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>)[
    resource
  ];
  const method = holder?.[name];
  if (method === undefined) throw new Error(`There is no client.${resource}.${name}.`);
  return method.bind(holder);
}

function methodsOf(value: object): string[] {
  const names: string[] = [];
  for (let at = Object.getPrototypeOf(value); at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor'));
  }
  return names;
}
