import type { NewEvent } from '../../db/queries/event.ts';
import { type CompiledRules, compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { guardArguments } from '../../domain/guardrails/guard-arguments.ts';
import { type Guarding, guardText } from '../../domain/guardrails/guard-text.ts';
import type { Intervention } from '../../domain/guardrails/intervention.ts';
import { storableText } from '../../domain/storable-text.ts';
import { type RequestedCall, storableCall } from '../../domain/tool-verdict.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import { interventionEvents } from '../guardrails/intervention-events.ts';
import type { SelectionRef } from '../stage-results.ts';
import { MOST_CALLS, toolCallId } from './judge-tool-calls.ts';

/** The answer of a model after the rules of its guardrails were applied. */
export interface GuardedAnswer {
  readonly text: string;
  /** The intervention that withholds the whole answer. The calls of such an answer are not made. */
  readonly withheldBy?: Intervention | undefined;
  readonly toolCalls: readonly GuardedCall[];
  readonly reasoning?: ModelAnswer['reasoning'] | undefined;
  readonly events: readonly NewEvent[];
}

export interface GuardedCall extends RequestedCall {
  /** The text that the model reads in place of a result, where a rule stops the call. The arguments of such a call are gone. */
  readonly withheld?: string | undefined;
}

/** The name of a call whose name itself a rule objects to. */
const WITHHELD_NAME = 'withheld';

type Asking = Pick<Guarding, 'ask' | 'scan'>;

/**
 * Applies the rules for answers to all that leaves the model: the text, the names and arguments of its calls, and the reasoning
 * that is kept for it. Reasoning that a rule would change is dropped, since the model would not accept it changed.
 */
export async function guardAnswer(
  layers: GuardrailLayers,
  ref: SelectionRef,
  answer: Pick<ModelAnswer, 'text' | 'toolCalls' | 'reasoning'>,
  { known, ...asking }: Asking & { readonly known: (toolName: string) => boolean },
): Promise<GuardedAnswer> {
  const rules = compiledRules(layers);
  const callsTools = answer.toolCalls.length > 0;
  const guarding = { hook: 'output', ...asking, rules: callsTools ? withoutSchema(rules) : rules.rules } as const;
  const { text, blockedBy, interventions } = await guardText(storableText(answer.text), guarding);
  const events = interventionEvents(`output:${ref.turn}`, ref.turn, 'output', interventions);
  if (blockedBy !== undefined) return { text: '', withheldBy: blockedBy, toolCalls: [], events };
  const calls: GuardedCall[] = [];
  for (const [index, call] of answer.toolCalls.entries()) {
    if (index >= MOST_CALLS) {
      calls.push({ name: call.name });
      continue;
    }
    const guarded = await guardCall(rules, storableCall(call), { ...asking, known });
    calls.push(guarded.call);
    const id = toolCallId(ref.sessionId, ref.turn, index);
    events.push(...interventionEvents(`args:${id}`, ref.turn, 'tool_args', guarded.interventions));
  }
  return { text, toolCalls: calls, reasoning: await kept(rules, answer.reasoning, asking), events };
}

/**
 * The same for the beginning of an answer that was cut short. It is not held against it that it fits no schema.
 */
export async function guardPartialAnswer(
  layers: GuardrailLayers,
  ref: SelectionRef,
  beginning: string,
  asking: Asking,
): Promise<Pick<GuardedAnswer, 'text' | 'events'>> {
  const rules = withoutSchema(compiledRules(layers));
  const { text, interventions } = await guardText(storableText(beginning), { hook: 'output', ...asking, rules });
  return { text, events: interventionEvents(`output:${ref.turn}`, ref.turn, 'output', interventions) };
}

function withoutSchema({ rules }: CompiledRules): CompiledRules['rules'] {
  return rules.filter(({ rule }) => rule.kind !== 'answer_schema');
}

async function guardCall(
  { rules }: CompiledRules,
  call: RequestedCall,
  { known, ...asking }: Asking & { readonly known: (toolName: string) => boolean },
): Promise<{ call: GuardedCall; interventions: readonly Intervention[] }> {
  const name = await guardedName(call.name, rules, { ...asking, known });
  const guarding = { hook: 'tool_args', tool: name, rules, ...asking } as const;
  const { args, blockedBy, interventions } = await guardArguments(call.args ?? {}, guarding);
  if (blockedBy !== undefined) {
    const withheld = `${blockedBy.message} Call it again without that, or do without it.`;
    return { call: { name, args: {}, withheld }, interventions };
  }
  return { call: { ...call, name, args: call.args && args }, interventions };
}

/** The name of a known tool is the tenant's own. Any other is a text of the model, and is shown. */
async function guardedName(
  name: string,
  rules: CompiledRules['rules'],
  { known, ...asking }: Asking & { readonly known: (toolName: string) => boolean },
): Promise<string> {
  if (known(name)) return name;
  const { text } = await guardText(name, { hook: 'tool_args', ...asking, rules });
  return text === name ? name : WITHHELD_NAME;
}

async function kept(
  rules: CompiledRules,
  reasoning: ModelAnswer['reasoning'],
  asking: Asking,
): Promise<ModelAnswer['reasoning']> {
  if (reasoning === undefined) return undefined;
  const content = { reasoning: reasoning.content };
  const { args, blockedBy } = await guardArguments(content, { hook: 'output', ...asking, rules: withoutSchema(rules) });
  return blockedBy === undefined && args === content ? reasoning : undefined;
}
