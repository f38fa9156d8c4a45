import type { NewEvent } from '../../db/queries/event.ts';
import type { InboxMessage } from '../../db/queries/inbox.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { guardText, type Scan } from '../../domain/guardrails/guard-text.ts';
import { interventionEvents } from '../guardrails/intervention-events.ts';
import type { UserMessage } from './messages-size.ts';

/** The text that stands in place of a message which a guardrail keeps from the agent. */
const WITHHELD_MESSAGE = '[A message of the user was withheld by a guardrail.]';

/**
 * Applies the rules for messages. What is stored and read from here on is what they left (I10). The agent is told of a
 * message that is withheld, so that it can say so.
 */
export async function guardMessages(
  inbox: readonly InboxMessage[],
  guardrails: GuardrailLayers,
  turn: number,
  scan: Scan,
): Promise<{ messages: UserMessage[]; events: NewEvent[] }> {
  const { rules } = compiledRules(guardrails);
  const messages: UserMessage[] = [];
  const events: NewEvent[] = [];
  for (const message of inbox) {
    if (message.type !== 'user.message') continue;
    const { text, images } = message.payload;
    const guarded = await guardText(text, { hook: 'input', rules, scan });
    messages.push(guarded.blockedBy === undefined ? { text: guarded.text, images } : { text: WITHHELD_MESSAGE });
    events.push(...interventionEvents(`input:${message.seq}`, turn, 'input', guarded.interventions));
  }
  return { messages, events };
}
