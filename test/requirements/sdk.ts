import type { Requirement } from './requirement.ts';

/** What the clients in sdk/ promise. */
export const sdk: readonly Requirement[] = [
  {
    id: 'sdk:types:are-those-of-the-contract',
    sentence: 'The types of requests, answers and events of the TypeScript SDK are those of the OpenAPI document.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
];
