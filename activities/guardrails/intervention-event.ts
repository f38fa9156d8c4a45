import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { GuardedPlace, Intervention } from '../../domain/guardrails/intervention.ts';

/**
 * The event of an intervention. It names the rule and says what and where, and holds nothing of the text (I10).
 * @param of what was guarded, so that a stage that runs again appends the event once: `output:3`, `args:call_…`
 */
export function interventionEvent(
  of: string,
  turn: number,
  { hook }: GuardedPlace,
  { ruleId, action, reasonCode, message, confidence, found, spans }: Intervention,
): NewEvent {
  return newEvent(`guardrail:${of}:${ruleId}`, 'br.guardrail_intervention', {
    guardrail: ruleId,
    stage: hook,
    action,
    reasonCode,
    message,
    turnIndex: turn,
    confidence,
    found: [...found],
    spans: spans.map((span) => ({ ...span })),
  });
}
