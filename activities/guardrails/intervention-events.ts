import type { GuardrailHook } from '../../contract/guardrail-rules.ts';
import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { Intervention } from '../../domain/guardrails/intervention.ts';

/**
 * The events of the interventions in one text. Each names the rule and says what and where, and holds nothing of the text (I10).
 * @param of the text that was guarded, so that a stage that runs again appends the events once: `output:3`, `args:call_…`
 */
export function interventionEvents(
  of: string,
  turn: number,
  hook: GuardrailHook,
  interventions: readonly Intervention[],
): NewEvent[] {
  return interventions.map(({ ruleId, action, reasonCode, message, confidence, found, spans }) =>
    newEvent(`guardrail:${of}:${ruleId}`, 'br.guardrail_intervention', {
      guardrail: ruleId,
      stage: hook,
      action,
      reasonCode,
      message,
      turnIndex: turn,
      confidence,
      found: [...found],
      spans: spans.map((span) => ({ ...span })),
    }),
  );
}
