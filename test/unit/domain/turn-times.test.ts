import { expect, test } from 'vitest';
import { type KnownTimes, stagesOf } from '../../../domain/turn-times.ts';

const begun: KnownTimes = {
  startedMs: 100,
  refreshedMs: 110,
  closedMs: null,
  debitedMs: null,
  selections: [],
  attempts: [],
  toolCalls: [],
};
const selected = (selection: number, startedMs: number) => ({
  selection,
  startedMs,
  selectedMs: startedMs + 5,
  waitedMs: 0,
  queuedMs: 0,
});
const shown = (times: KnownTimes) =>
  stagesOf(times).map(({ stage, selection, startedMs, endedMs }) => [stage, selection, startedMs, endedMs]);

test.each([
  {
    name: 'a turn that has only begun',
    times: { ...begun, refreshedMs: null },
    stages: [['refresh_context', undefined, 100, null]],
  },
  {
    name: 'a selection whose request was not sent yet',
    times: {
      ...begun,
      selections: [selected(0, 120)],
      attempts: [{ selection: 0, dispatchedMs: null, closedMs: null }],
    },
    stages: [
      ['refresh_context', undefined, 100, 110],
      ['select_model', 0, 120, 125],
    ],
  },
  {
    name: 'a request that was made again after a worker died, and is under way',
    times: {
      ...begun,
      selections: [selected(0, 120)],
      attempts: [
        { selection: 0, dispatchedMs: 130, closedMs: 5_000 },
        { selection: 0, dispatchedMs: 5_000, closedMs: null },
      ],
    },
    stages: [
      ['refresh_context', undefined, 100, 110],
      ['select_model', 0, 120, 125],
      ['call_model', 0, 130, null],
    ],
  },
  {
    name: 'a failover, calls of which one waited for a person and one was refused at once, and the end',
    times: {
      ...begun,
      closedMs: 900,
      debitedMs: 905,
      selections: [selected(0, 120), selected(1, 160)],
      attempts: [
        { selection: 0, dispatchedMs: 130, closedMs: 150 },
        { selection: 1, dispatchedMs: 170, closedMs: 300 },
      ],
      toolCalls: [
        { firstDispatchedMs: 700, finishedMs: 800, askedMs: [300] },
        { firstDispatchedMs: null, finishedMs: 300, askedMs: [] },
      ],
    },
    stages: [
      ['refresh_context', undefined, 100, 110],
      ['select_model', 0, 120, 125],
      ['call_model', 0, 130, 150],
      ['select_model', 1, 160, 165],
      ['call_model', 1, 170, 300],
      ['call_tools', undefined, 300, 800],
      ['debit_budget', undefined, 900, 905],
    ],
  },
])('[turn:times:each-stage-request-and-call] the stages of $name', ({ times, stages }) => {
  expect(shown(times)).toEqual(stages);
});
