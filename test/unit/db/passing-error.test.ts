import { expect, test } from 'vitest';
import { isPassingDatabaseError, passingTrouble } from '../../../db/passing-error.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each(['08006', '57P01', '58030', '25006', 'ECONNREFUSED', 'ENOENT'])('%s means that Postgres is away', (code) => {
  expect(passingTrouble(withCode(code))).toBe('away');
});

test.each(['57014', '55P03', '40001', '40P01', '53300'])('%s means that Postgres is busy', (code) => {
  expect(passingTrouble(withCode(code))).toBe('busy');
});

test.each(['23505', '22P02', '42601', 'ERR_SOMETHING'])('%s is a mistake of ours and does not pass', (code) => {
  expect(isPassingDatabaseError(withCode(code))).toBe(false);
});

test('connection errors of the driver and the pool count as passing, although they have no code', () => {
  expect(passingTrouble(new Error('Connection terminated unexpectedly'))).toBe('away');
  expect(passingTrouble(new Error('Query read timeout'))).toBe('away');
  expect(passingTrouble(new Error('timeout exceeded when trying to connect'))).toBe('busy');
  expect(passingTrouble(new AggregateError([withCode('ECONNREFUSED')]))).toBe('away');
  expect(passingTrouble(new Error('something else'))).toBeUndefined();
  expect(passingTrouble('no error')).toBeUndefined();
});
