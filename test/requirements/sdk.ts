import type { Requirement } from './requirement.ts';

/** What the clients in sdk/ promise. */
export const sdk: readonly Requirement[] = [
  {
    id: 'sdk:types:are-those-of-the-contract',
    sentence: 'The types of requests, answers and events of the TypeScript SDK are those of the OpenAPI document.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:methods:one-for-each-operation',
    sentence:
      'Every operation of the OpenAPI document has a method in each SDK, which sends its method, path, query and body; and every method of a resource is an operation.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:package:small',
    sentence: 'The TypeScript SDK with all that it needs is at most 15 KB, minified and compressed.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
];
