import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openApi } from '../../support/sdk-types/operations.ts';
import { TYPES_FILE, typescriptTypes } from '../../support/sdk-types/typescript-types.ts';

const types = readFileSync(TYPES_FILE, 'utf8');

test('[sdk:types:are-those-of-the-contract] the types of the TypeScript SDK are what `npm run sdk:types` writes', async () => {
  expect(await typescriptTypes(openApi)).toBe(types);
});

test('[sdk:types:are-those-of-the-contract] a value that a later server may add to a choice is no type error', () => {
  const choices = [...types.replaceAll(/\s+/g, ' ').matchAll(/'[^']*'(?: \| '[^']*')+(?! \| ').{0,20}/g)];
  const closed = choices.map(([text]) => text).filter((text) => !text.includes('| (string & {})'));
  expect(choices.length).toBeGreaterThan(50);
  expect(closed).toEqual([]);
  expect(types).toContain(`'running' | 'idle' | 'ended' | (string & {})`);
});
