import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { TurnToDebit } from '../../db/queries/turn-to-debit.ts';
import { usdFromNano } from '../../domain/money.ts';
import { routingSavings } from '../../domain/savings.ts';

/** Says what the turn cost, and what it would have cost on the model that a team would use without routing. */
export function savingsOf(
  turn: number,
  selection: NonNullable<TurnToDebit['selection']>,
  costNano: bigint,
): { readonly event: NewEvent; readonly costUsd: number; readonly baselineUsd: number } {
  const chosenKey = `${selection.provider}/${selection.model}`;
  const eligible = selection.candidates.filter((candidate) => candidate.eligible);
  const savings = routingSavings({
    chosen: { key: chosenKey, costNano },
    baselineCandidates: eligible.map((candidate) => ({
      key: `${candidate.provider}/${candidate.model}`,
      posteriorMean: candidate.posteriorMean,
      referenceCostNano: BigInt(candidate.referenceCostNano),
      costRatio: candidate.costRatio,
    })),
  });
  const modelOf = (key: string) => key.slice(key.indexOf('/') + 1);
  const costUsd = usdFromNano(costNano);
  const baselineUsd = usdFromNano(savings.baselineCostNano);
  const event = newEvent(`savings:${turn}`, 'br.routing_savings', {
    turnIndex: turn,
    model: selection.model,
    costUsd,
    baselineModel: modelOf(savings.baselineKey),
    baselineCostUsd: baselineUsd,
    savingsUsd: usdFromNano(savings.savingsNano),
    interval: [usdFromNano(savings.interval[0]), usdFromNano(savings.interval[1])],
    method: savings.method,
  });
  return { event, costUsd, baselineUsd };
}
