import type { Requirement } from './requirement.ts';

/** What users of the clients in sdk/ get: packages, their docs and examples. */
export const sdkPackage: readonly Requirement[] = [
  {
    id: 'sdk:page:examples-run',
    sentence: 'The examples of the product page run as they stand, on the packages that users install.',
    where: 'Agent Runs, 3. SDK Examples',
  },
  {
    id: 'sdk:package:registry-takes-it',
    sentence:
      'The packed files are such as a registry takes: publint, arethetypeswrong and twine find nothing in them.',
    where: 'CONTRIBUTING.md, Publishing them',
  },
  {
    id: 'sdk:package:docs-inside',
    sentence:
      'The packages hold the clients, their types and their docs, which are those of the repository, and nothing else.',
    where: 'CONTRIBUTING.md, Publishing them',
  },
  {
    id: 'sdk:package:typed',
    sentence:
      'The types of the TypeScript package hold under strict checks in ESM and CommonJS, however modules are resolved.',
    where: 'sdk/typescript/README.md, brainstormrouter',
  },
  {
    id: 'sdk:package:versions-move-together',
    sentence: 'Both packages, their user agents, their changelog and the examples name one version.',
    where: 'CONTRIBUTING.md, Publishing them',
  },
  {
    id: 'sdk:readme:every-snippet-runs',
    sentence:
      'Every snippet of the README of each SDK runs, with nothing but the key and the address in the environment.',
    where: 'docs/sdk.md, The SDKs',
  },
  {
    id: 'sdk:examples:run-as-they-are',
    sentence: 'Each example runs as it is, in both languages, against a stack with the simulated provider.',
    where: 'examples/README.md, Examples',
  },
];
