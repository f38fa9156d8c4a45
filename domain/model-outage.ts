/** Failures of an arm that another try may mend: it is out until its circuit closes. */
const PASSING: ReadonlySet<string> = new Set([
  'model.rate_limited',
  'model.overloaded',
  'model.unreachable',
  'model.interrupted',
  'model.timed_out',
]);

/** Failures of this turn's attempt that say nothing about the arm. */
const NOT_OF_THE_ARM: ReadonlySet<string> = new Set(['budget.exhausted', 'model.fenced']);

/** True when the arm is only down for now; false when no retry mends it. */
export function isPassingFailure(type: string): boolean {
  return PASSING.has(type);
}

/** Why an arm is out of a turn for good: the first of its failures in the turn that no retry mends. */
export function lastingFailure(types: readonly string[]): string | undefined {
  return types.find((type) => !PASSING.has(type) && !NOT_OF_THE_ARM.has(type));
}
