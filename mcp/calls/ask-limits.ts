import {
  type JudgedCall,
  limitedCalls,
  type RateAnswer,
  type WantedRate,
  wantedRates,
} from '../../domain/tool-policy/rate-limit.ts';

/**
 * The calls of one answer, with their verdicts when the limits of their policies are asked.
 * @param ask counts calls towards a limit, or only looks what it leaves
 */
export async function askLimits<Call extends JudgedCall>(
  calls: readonly Call[],
  ask: (wanted: WantedRate) => Promise<RateAnswer>,
): Promise<Call[]> {
  const answers = new Map<string, RateAnswer>();
  // One after the other, because each takes a lock, and their order is the order of the locks.
  for (const wanted of wantedRates(calls)) answers.set(wanted.rule, await ask(wanted));
  return limitedCalls(calls, answers);
}
