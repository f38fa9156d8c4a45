import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { GuardrailConfigRow } from '../../db/queries/guardrail-config.ts';
import { findBlockedPhrase } from '../../domain/guardrails/phrases.ts';

/**
 * Checks an answer before it is stored or shown.
 * @returns the event that says why it is withheld; undefined when it is not
 */
export function outputIntervention(guardrails: GuardrailConfigRow, turn: number, text: string): NewEvent | undefined {
  if (findBlockedPhrase(text, [...(guardrails.blocked_phrases ?? [])]) === undefined) return undefined;
  return newEvent(`guardrail:output:${turn}`, 'br.guardrail_intervention', {
    guardrail: 'blocked_phrases',
    stage: 'output',
    action: 'block',
    reasonCode: 'blocked_phrase',
    message:
      'The answer held a phrase that is configured as blocked. It was withheld, and its tool calls were not run.',
    turnIndex: turn,
  });
}
