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
    id: 'sdk:methods:published-ones-send-the-same',
    sentence: 'The methods of the published client that this service serves are ours as well, and send the same.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:package:small',
    sentence: 'The TypeScript SDK with all that it needs is at most 15 KB, minified and compressed.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:python:typed-and-formatted',
    sentence: 'The Python SDK is formatted, with its examples, and passes ruff and mypy --strict.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:python:types-of-the-description',
    sentence: 'The types of the Python SDK are those of the OpenAPI document.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:python:sync-is-async',
    sentence: 'The synchronous client of the Python SDK does what the asynchronous one does.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:python:behaves',
    sentence:
      'The Python SDK has a method for every operation, and what the published client 0.1.0 has; it retries, follows runs and shows each event once as docs and docstrings say.',
    where: 'CONTRIBUTING.md, The SDKs',
  },
  {
    id: 'sdk:run:promise-and-events',
    sentence:
      'A run is a promise of its result and the sequence of its events, for any number of readers at once and later.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:starts-once',
    sentence: 'A run starts at once and exactly once. A failure that nobody waits for is no unhandled rejection.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:bad-end-in-reason',
    sentence: 'A run that ends badly says so in `reason`, and raises a typed error where that is asked for.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:conversation',
    sentence: 'A conversation gives one result for each message that is sent to it.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:steering',
    sentence: 'A run is steered and interrupted, and its tool calls are approved and denied, through its handle.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:abort-interrupts-what-you-started',
    sentence: 'An abort interrupts a run that you started and only detaches from one that you attached to.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:detach-and-attach',
    sentence: 'A run can be left and followed again from any process, behind the last event that was seen.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:stream:each-event-once',
    sentence: 'Each event is shown once and in order, through any number of broken connections.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:stream:gives-up-with-an-error',
    sentence: 'A stream that cannot be opened again is an error that says where to go on, never silence.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:stream:silence-is-a-lost-stream',
    sentence: 'A connection on which not even a heartbeat arrives is given up, and the stream is opened again.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:text-as-it-is-written',
    sentence: 'The text of answers can be shown while it is written; where an attempt begins anew, the reader is told.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:run:bounded-memory',
    sentence: 'A reader that is slow or late sees every event, and the memory that a run takes does not grow with it.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:stream:frames',
    sentence: 'Frames are read whatever their line ends, sizes and pieces.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:http:retries',
    sentence:
      'A call that failed for a passing reason is sent again, with the same idempotency key and after a wait with jitter.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:http:abort',
    sentence: 'An abort ends a call at once, also between its attempts.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:errors:by-status-and-kind',
    sentence: 'Errors have classes by status and by kind, and say what the server said.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:errors:across-bundles',
    sentence: 'An error is an instance of its class whichever copy of the package made it.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:client:hooks',
    sentence: 'A client takes middleware, a fetch and a logger, and logs no secrets.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:client:traces',
    sentence: 'A call is a span of OpenTelemetry where its API is there, and needs nothing of it.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:client:settings',
    sentence: 'A client takes its settings from options, else from the environment, and refuses what cannot work.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:client:answers',
    sentence: 'An answer can be had together with its response.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:client:pages',
    sentence: 'A list pages by itself.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:package:any-runtime',
    sentence: 'The TypeScript SDK needs nothing but what browsers and edge runtimes have, too.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:wire:both-withstand-every-case',
    sentence:
      'Both SDKs show every event once, or say what is wrong, whatever a server or a proxy does; the cases are one file for both.',
    where: 'docs/testing.md, The SDKs on the wire',
  },
  {
    id: 'sdk:wire:no-error-unhandled',
    sentence: 'No error of an SDK is left that nobody handled, and none of its messages holds the API key.',
    where: 'docs/testing.md, The SDKs on the wire',
  },
  {
    id: 'sdk:browser:follows-a-run-with-consent',
    sentence: 'A page of another origin follows a run to its end, if it says that everybody may read the API key.',
    where: 'docs/testing.md, The SDKs on the wire',
  },
];
