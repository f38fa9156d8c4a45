import type { NewEvent } from '../../db/queries/event.ts';
import type { InboxMessage } from '../../db/queries/inbox.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { type Guarding, guardText, type ProviderVerdict, type Scan } from '../../domain/guardrails/guard-text.ts';
import { askedKey } from '../../guardrails/asked-key.ts';
import { interventionEvents } from '../guardrails/intervention-events.ts';
import type { UserMessage } from './messages-size.ts';

/** The text that stands in place of a message which a guardrail keeps from the agent. */
const WITHHELD_MESSAGE = '[A message of the user was withheld by a guardrail.]';

export interface GuardedMessages {
  readonly messages: UserMessage[];
  readonly events: NewEvent[];
  /** True when an external provider has to be asked about one of them first. The rest of this is of no use then. */
  readonly mustAsk: boolean;
}

/**
 * Applies the rules for messages. What is stored and read from here on is what they left (I10). The agent is told of a
 * message that is withheld, so that it can say so.
 * @param how.verdicts what external providers have said, by what they were asked
 */
export async function guardMessages(
  inbox: readonly InboxMessage[],
  guardrails: GuardrailLayers,
  turn: number,
  { verdicts, scan }: { readonly verdicts: ReadonlyMap<string, ProviderVerdict>; readonly scan: Scan },
): Promise<GuardedMessages> {
  const { rules } = compiledRules(guardrails);
  const messages: UserMessage[] = [];
  const events: NewEvent[] = [];
  let mustAsk = false;
  const ask: Guarding['ask'] = async (...about) => {
    const verdict = verdicts.get(askedKey(...about));
    if (verdict === undefined) mustAsk = true;
    return verdict ?? { verdict: 'pass' };
  };
  const given = inbox.flatMap((message) => (message.type === 'user.message' ? [message] : []));
  // They are guarded side by side, so that all that has to be evaluated for them is asked for at once.
  const all = await Promise.all(
    given.map(async (message) => ({
      message,
      guarded: await guardText(message.payload.text, { hook: 'input', rules, ask, scan }),
    })),
  );
  for (const { message, guarded } of all) {
    const { images } = message.payload;
    messages.push(guarded.blockedBy === undefined ? { text: guarded.text, images } : { text: WITHHELD_MESSAGE });
    events.push(...interventionEvents(`input:${message.seq}`, turn, 'input', guarded.interventions));
  }
  return { messages, events, mustAsk };
}
