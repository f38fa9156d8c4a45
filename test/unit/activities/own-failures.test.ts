import { expect, test } from 'vitest';
import { createOwnFailures, type StageAttempt } from '../../../activities/own-failures.ts';

const place = { stage: 'refreshContext', sessionId: 'sess_a', turn: 3 };
const other = { stage: 'selectModel', sessionId: 'sess_b', turn: 0, selection: 0 };

/** How many attempts are made at a stage that ends each of them in this way. */
function attemptsOf(
  end: (attempt: StageAttempt) => boolean,
  options: { othersSucceed: boolean; local?: boolean },
): number {
  const failures = createOwnFailures();
  for (let attempt = 1; attempt <= 1_000; attempt++) {
    const begun = failures.begin(place, attempt, options.local ?? true);
    if (begun === undefined) return attempt - 1;
    if (options.othersSucceed) failures.begin(other, 1, true)?.succeeded();
    if (end(begun)) return attempt;
  }
  return Number.POSITIVE_INFINITY;
}
const silently = () => false;
const passing = (attempt: StageAttempt) => {
  attempt.failedByOthers();
  return false;
};

test.each([
  [
    'that fails by itself while others succeed',
    (each: StageAttempt) => each.failedByItself(),
    { othersSucceed: true },
    5,
  ],
  [
    'that fails by itself while no other succeeds',
    (each: StageAttempt) => each.failedByItself(),
    { othersSucceed: false },
    30,
  ],
  ['that Temporal gives up on while others succeed', silently, { othersSucceed: true }, 7],
  ['that Temporal gives up on while no other succeeds', silently, { othersSucceed: false }, 302],
  ['that rivals fail', passing, { othersSucceed: true }, Number.POSITIVE_INFINITY],
  ['for which Postgres is away', passing, { othersSucceed: false }, Number.POSITIVE_INFINITY],
  [
    'that dials out and is tried again by other workers',
    silently,
    { othersSucceed: true, local: false },
    Number.POSITIVE_INFINITY,
  ],
] as const)('[session:end:no-endless-retry] a stage %s is tried so often', (_what, end, options, attempts) => {
  expect(attemptsOf(end, options)).toBe(attempts);
});

test('[session:end:no-endless-retry] failures at other places and before a success do not count', () => {
  const failures = createOwnFailures();
  for (let turn = 0; turn < 50; turn++) {
    for (let attempt = 1; attempt <= 4; attempt++) {
      failures.begin(other, 1, true)?.succeeded();
      expect(failures.begin({ ...place, turn }, attempt, true)?.failedByItself()).toBe(false);
    }
    failures.begin({ ...place, turn }, 5, true)?.succeeded();
  }
});

test('[session:end:no-endless-retry] an attempt that says late that Postgres is away does not count', () => {
  const failures = createOwnFailures();
  let before = failures.begin(place, 1, true);
  for (let attempt = 2; attempt <= 100; attempt++) {
    const next = failures.begin(place, attempt, true);
    expect(next).toBeDefined();
    failures.begin(other, 1, true)?.succeeded();
    before?.failedByOthers();
    before = next;
  }
});
