import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.ts';

/** Caches that are no sized caches, with the reason why nobody else decides what they take. */
const OTHERS: Readonly<Record<string, string>> = {
  'api/rate-limit.ts': 'Its keys are numbers that operators set.',
  'evaluation/evaluations-here.ts':
    'It is bounded by the bytes of the schemas and rules, in a process of bounded memory.',
  'evaluation/evaluator.ts': 'Its keys are ids of tenants and hashes.',
};

test('[cache:bytes:none-counts-entries] every cache is bounded by the bytes of what it keeps', () => {
  const byHand = sourceFiles().filter(({ folder, text }) => folder !== 'test' && text.includes('new LRUCache'));
  const allowed = ['domain/sized-cache.ts', ...Object.keys(OTHERS)];
  expect(byHand.map((file) => file.path).toSorted()).toEqual(allowed.toSorted());
});
