import type { NewEvent } from '../../db/queries/event.ts';
import type { InboxMessage } from '../../db/queries/inbox.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { guardText } from '../../domain/guardrails/guard-text.ts';
import { interventionEvent } from '../guardrails/intervention-event.ts';
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
): Promise<{ messages: UserMessage[]; events: NewEvent[] }> {
  const { rules } = compiledRules(guardrails);
  const place = { hook: 'input' } as const;
  const messages: UserMessage[] = [];
  const events: NewEvent[] = [];
  for (const message of inbox) {
    if (message.type !== 'user.message') continue;
    const { text, images } = message.payload;
    const guarded = await guardText(text, { ...place, rules });
    messages.push(guarded.blockedBy === undefined ? { text: guarded.text, images } : { text: WITHHELD_MESSAGE });
    events.push(...guarded.interventions.map((each) => interventionEvent(`input:${message.seq}`, turn, place, each)));
  }
  return { messages, events };
}
