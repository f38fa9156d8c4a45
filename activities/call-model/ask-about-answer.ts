import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import { askedProviders } from '../guardrails/asked-providers.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SelectionRef } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { guardAnswer, guardPartialAnswer } from './guard-answer.ts';
import type { OpenedAttempt } from './open-attempt.ts';

const LONG_CHARACTERS = 4_096;

/**
 * Asks external providers about an answer before the transaction that stores it, which must not wait for another service. The
 * rules are applied twice for that: here to find out what the providers are to be shown, and there to what they said.
 * @param suspended once it aborts, no provider is waited for any more
 * @returns what tells that transaction what they said
 */
export async function askAboutAnswer(
  deps: StageDeps,
  ref: SelectionRef,
  { guardrails, catalog }: OpenedAttempt,
  answer: ModelAnswer,
  evaluate: Evaluate,
  suspended: AbortSignal,
): Promise<Guarding['ask']> {
  const asked = await untilStored(() => askedProviders(deps, ref.tenantId, guardrails, suspended));
  if (asked === undefined && !isLong(answer)) return undefined;
  await guardAnswer(guardrails, ref, answer, {
    known: (name) => catalog.byName.has(name),
    ask: asked?.ask,
    scan: createScan(evaluate),
  });
  return asked?.recall;
}

/** A rule reads a short text in place. What is evaluated for a long answer is known before the transaction begins. */
function isLong({ text, toolCalls }: ModelAnswer): boolean {
  return text.length > LONG_CHARACTERS || JSON.stringify(toolCalls).length > LONG_CHARACTERS;
}

/** The same for the beginning of an answer that an interrupt cut short. Whoever interrupts waits for its providers at most. */
export async function askAboutBeginning(
  deps: StageDeps,
  ref: SelectionRef,
  { guardrails }: OpenedAttempt,
  beginning: string,
  suspended: AbortSignal,
): Promise<Guarding['ask']> {
  if (beginning === '') return undefined;
  const asked = await untilStored(() => askedProviders(deps, ref.tenantId, guardrails, suspended));
  if (asked === undefined) return undefined;
  const scan = createScan(deps.evaluator.of(ref.tenantId));
  await guardPartialAnswer(guardrails, ref, beginning, { ask: asked.ask, scan });
  return asked.recall;
}
