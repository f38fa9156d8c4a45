import type { Requirement } from './requirement.ts';

export const api: readonly Requirement[] = [
  {
    id: 'api:description:is-what-is-served',
    sentence: 'The API’s description contains every route, field, status and error that is served, and no other.',
    where: 'docs/testing.md, The wire',
  },
  {
    id: 'api:description:operation-ids',
    sentence:
      'Every operation has an id of its own, which is the resource and the method of the SDKs, and keeps the names of the published client.',
    where: 'CONTRIBUTING.md, A route',
  },
  {
    id: 'api:answer:request-id-envelope-headers',
    sentence:
      'Every answer has its request id and headers, and every refusal the error envelope, whichever layer refuses.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:key:required-and-kept-as-hash',
    sentence: 'Every route but health and docs needs a valid key; keys carry a checksum and are stored as hashes.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:docs:complete-from-its-own-origin',
    sentence: 'The page of the API works without a key and without internet, and loads nothing from another origin.',
    where: 'docs/operations.md, The page of the API',
  },
  {
    id: 'api:input:refused-and-nothing-stored',
    sentence: 'Bad input is refused with the error of the contract, and nothing is stored.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:input:unknown-field-is-named',
    sentence: 'A field that a body may not have is refused, at any depth, with the known field that was meant.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:input:choices-are-all-named',
    sentence: 'A value that is none of those that a field takes is refused with all that it takes.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:client:published-methods-answer',
    sentence: 'Every call of the published Python client that this service serves is answered with JSON.',
    where: 'Wire contract, Management',
  },
  {
    id: 'api:client:other-methods-name-what-to-use',
    sentence:
      'Every other call of the published Python client is refused with an error whose message says what to use.',
    where: 'Wire contract, Management',
  },
  {
    id: 'api:idempotency:one-effect-one-answer',
    sentence: 'Any number of requests with one Idempotency-Key, at any process, have one effect and one answer.',
    where: 'docs/sessions.md, Sending a request again',
  },
  {
    id: 'api:list:each-row-once-newest-first',
    sentence: 'A list that is read page by page shows each row once, newest first, whatever is added meanwhile.',
    where: 'Wire contract, Common',
  },
  {
    id: 'api:reads:bounded-for-each-key',
    sentence: 'A key that reads much at once waits for its own reads, and makes no other key wait.',
    where: 'docs/limits.md, Who sets limits',
  },
  {
    id: 'api:key:scope-of-each-route',
    sentence: 'Every route states the scope that a key needs, and only a key of an admin erases anything.',
    where: 'docs/operations.md, Keys and secrets',
  },
  {
    id: 'api:list:bounded-in-bytes',
    sentence: 'A page of a list is bounded in bytes as in rows, and its cursor leads to what it left out.',
    where: 'docs/limits.md, Pages',
  },
];
