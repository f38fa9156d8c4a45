import { expect, test } from 'vitest';
import { budgetWarnings, serverWarnings } from '../../../domain/heartbeat.ts';

const account = (name: string, spentNano: bigint, capNano: bigint | null = 100n, excessNano = 0n) => ({
  account: name,
  capNano,
  spentNano,
  reservedNano: 50n,
  excessNano,
});

test.each([
  ['nothing without a cap', [account('run:s', 99n, null)], []],
  ['nothing below 80 %', [account('run:s', 79n)], []],
  ['the run from 80 % on', [account('run:s', 89n)], ['More than 80 % of the budget of this run is spent.']],
  [
    'excess like spent money',
    [account('run:s', 85n, 100n, 10n)],
    ['More than 95 % of the budget of this run is spent.'],
  ],
  [
    'the day of the agent',
    [account('run:s', 0n), account('day:a:2026-01-01', 90n)],
    ['More than 90 % of the budget of your day, which all of your runs share, is spent.'],
  ],
] as const)('[context:heartbeat:only-what-the-run-uses] HEARTBEAT tells of %s', (_, accounts, warnings) => {
  expect(budgetWarnings([...accounts])).toEqual(warnings);
});

test('[context:heartbeat:only-what-the-run-uses] HEARTBEAT tells of a tool server that is down only where the run is offered a tool of it', () => {
  const down = [
    { id: 'mcp_1', name: 'docs', why: 'It refuses connections.' },
    { id: 'mcp_2', name: 'files', why: null },
  ];
  expect(serverWarnings(down, [{ serverId: 'mcp_1' }, { serverId: 'workspace' }])).toEqual([
    'The tool server docs is down: It refuses connections.',
  ]);
  expect(serverWarnings(down, [{ serverId: 'mcp_2' }])).toEqual(['The tool server files is down.']);
  expect(serverWarnings(down, [])).toEqual([]);
});
