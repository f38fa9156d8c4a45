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

/** What HEARTBEAT says of an arm that is out. */
export function outageWarning(arm: {
  readonly provider: string;
  readonly model: string;
  readonly type: string;
}): string {
  return `Model ${arm.model} of ${arm.provider} is down (${arm.type}).`;
}

/** Answers that broke off are paid for: an arm that does so this often in one turn gets no further try in it. */
const BROKEN_ANSWERS = 4;

/** Why an arm is out of a turn for good: a failure in the turn that no retry mends, or too many answers that broke off. */
export function lastingFailure(types: readonly string[]): string | undefined {
  const lasting = types.find((type) => !PASSING.has(type) && !NOT_OF_THE_ARM.has(type));
  if (lasting !== undefined) return lasting;
  const broken = types.filter((type) => type === 'model.interrupted').length;
  return broken >= BROKEN_ANSWERS ? 'model.interrupted' : undefined;
}
