import { ApplicationFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { codeAndStage, lastFailure, type StageFault, stageFailure, stageFault } from '../../../activities/failure.ts';

const withCode = (code: string) => Object.assign(new Error('words of a user'), { code });

test.each<[string, unknown, StageFault, string]>([
  ['a statement that took too long', withCode('57014'), 'itself', 'stage.too_much'],
  ['a statement that used all memory', withCode('53200'), 'itself', 'stage.too_much'],
  ['a row that is too large', withCode('54000'), 'itself', 'stage.too_much'],
  ['too many columns', withCode('54011'), 'itself', 'stage.too_much'],
  ['a lock that a rival holds', withCode('55P03'), 'others', 'database.unavailable'],
  ['a deadlock', withCode('40P01'), 'others', 'database.unavailable'],
  ['a Postgres that shuts down', withCode('57P01'), 'others', 'database.unavailable'],
  ['a full disk', withCode('53100'), 'others', 'database.unavailable'],
  ['too many connections', withCode('53300'), 'others', 'database.unavailable'],
  ['a connection that was refused', withCode('ECONNREFUSED'), 'others', 'database.unavailable'],
  ['a constraint', withCode('23505'), 'bug', 'internal.error'],
  ['an error that a trigger raises', withCode('P0001'), 'unknown', 'internal.error'],
  ['a mistake of ours', new TypeError('x is not a function'), 'bug', 'internal.type_error'],
  ['something that is no error', 'text', 'unknown', 'internal.unknown'],
])('%s is known by its fault, and its words are not repeated', (_what, error, fault, type) => {
  expect(stageFault(error)).toBe(fault);
  const failure = stageFailure(error);
  expect(failure).toMatchObject({ type, message: type, stack: '' });
  expect(failure).toMatchObject({ nonRetryable: fault === 'bug' });
});

test('the last failure of a stage names it', () => {
  const last = lastFailure(ApplicationFailure.create({ type: 'stage.too_much' }), 'refreshContext');
  expect(last.nonRetryable).toBe(true);
  expect(codeAndStage(last.type ?? '')).toEqual({ code: 'stage.too_much', stage: 'refreshContext' });
  expect(codeAndStage('internal.type_error')).toEqual({ code: 'internal.type_error', stage: undefined });
});
