import type { CallVerdict } from '../tool-verdict.ts';

/** The limit on how often the tools of a policy may be called, by all sessions that it concerns together. */
export interface RateLimit {
  /** The policy. */
  readonly rule: string;
  readonly calls: number;
  /** Seconds for which a call counts. */
  readonly perS: number;
}

export interface WantedRate extends RateLimit {
  /** The number of calls that are to be made now. */
  readonly wanted: number;
}

export interface RateAnswer {
  /** The number of those calls that the limit allows. */
  readonly granted: number;
  /** Seconds until another one may be made, if not all are granted. */
  readonly freeAfterS: number;
}

/** A call with its verdict, and the limit of its tool. */
export interface JudgedCall {
  readonly name: string;
  readonly verdict: CallVerdict;
  readonly rateLimit: RateLimit | undefined;
}

/**
 * The calls of one answer that are to be counted: those that run, and those that ask. The rules come in the order of their ids,
 * which is the order in which their rows are locked.
 */
export function wantedRates(calls: readonly JudgedCall[]): WantedRate[] {
  const wanted = new Map<string, WantedRate>();
  for (const { verdict, rateLimit } of calls) {
    if (rateLimit === undefined || verdict.verdict === 'deny') continue;
    const before = wanted.get(rateLimit.rule)?.wanted ?? 0;
    wanted.set(rateLimit.rule, { ...rateLimit, wanted: before + 1 });
  }
  return [...wanted.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
}

/** The calls with their verdicts when limits are counted: the first ones are made, and what is over the limit is refused. */
export function limitedCalls<Call extends JudgedCall>(
  calls: readonly Call[],
  answers: ReadonlyMap<string, RateAnswer>,
): Call[] {
  const left = new Map([...answers].map(([rule, { granted }]) => [rule, granted]));
  return calls.map((call) => {
    const { name, verdict, rateLimit } = call;
    const answer = rateLimit && answers.get(rateLimit.rule);
    if (rateLimit === undefined || answer === undefined || verdict.verdict === 'deny') return call;
    const free = left.get(rateLimit.rule) ?? 0;
    left.set(rateLimit.rule, free - 1);
    return free > 0 ? call : { ...call, verdict: overLimit(name, rateLimit, answer) };
  });
}

function overLimit(name: string, { rule, calls, perS }: RateLimit, { freeAfterS }: RateAnswer): CallVerdict {
  const output =
    `The tool ${name} may be called ${calls} times in ${perS} seconds, and it was. ` +
    `It may be called again in ${Math.max(1, Math.ceil(freeAfterS))} seconds.`;
  return { verdict: 'deny', rule, reasonCode: 'tool.rate_limited', output };
}
