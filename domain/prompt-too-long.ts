import type { SessionError } from '../contract/events.ts';
import type { Arm } from './arms.ts';
import type { ShownFailure } from './last-failure.ts';
import type { ContextManifest } from './turn-record.ts';

/** Why an arm cannot serve a turn for the length of its prompt: by our count, or because the model refused it too often. */
const TOO_LONG: ReadonlySet<string> = new Set(['prompt_too_long', 'model.context_too_long']);

/** The sources that stand at the beginning of a prompt. All others stand at its end. */
const SYSTEM_SOURCES: ReadonlySet<string> = new Set(['SOUL', 'SKILL']);

type SizedArm = Pick<Arm, 'obstacle'> & {
  readonly spec: Pick<Arm['spec'], 'provider' | 'model' | 'contextWindow'>;
  readonly prompt: Pick<Arm['prompt'], 'tokens'>;
};

/** True when nothing but the length of the prompt stands against each arm. There is at least one. */
export function isTooLongForAll(arms: readonly Pick<Arm, 'obstacle'>[]): boolean {
  return arms.length > 0 && arms.every(({ obstacle }) => obstacle !== undefined && TOO_LONG.has(obstacle.why));
}

/**
 * The error of a turn whose prompt fits no model, although the transcript is cut as far as it can be. It says what the prompt
 * is made of, by the arm with the most room.
 * @param last the failure of these arms that came last, if any
 */
export function promptTooLong(
  arms: readonly SizedArm[],
  manifest: Pick<ContextManifest, 'sources' | 'frameTokens' | 'summaryTokens'>,
  last: ShownFailure | undefined,
): SessionError {
  const roomiest = arms.toSorted((a, b) => b.spec.contextWindow - a.spec.contextWindow)[0];
  if (roomiest === undefined) throw new TypeError('A prompt cannot be too long for no model.');
  const { spec, prompt } = roomiest;
  const parts = partsOf(prompt.tokens, manifest);
  const largest = parts.toSorted((a, b) => b.tokens - a.tokens)[0];
  const sizes = parts.map(({ name, tokens }) => `${name} ${tokens}`).join(', ');
  const told = last?.message === undefined ? '' : ` The last refusal was that of ${last.model}: ${last.message}`;
  return {
    code: 'prompt_too_long',
    message:
      `The prompt of this turn fits no model of the run, though its transcript is cut as far as it can be. It has ${prompt.tokens} tokens ` +
      `(${sizes}), and the model with the most room, ${spec.model} of ${spec.provider}, reads ${spec.contextWindow} with its answer. ` +
      `${largest?.advice ?? ''}, or let the run use a model with a larger context window.${told}`,
    provider: last?.provider,
    model: last?.model,
    status: last?.status,
  };
}

interface PromptPart {
  readonly name: string;
  readonly tokens: number;
  readonly advice: string;
}

function partsOf(
  promptTokens: number,
  { sources, frameTokens, summaryTokens = 0 }: Pick<ContextManifest, 'sources' | 'frameTokens' | 'summaryTokens'>,
): readonly PromptPart[] {
  const tokensOf = (isWanted: (source: string) => boolean) =>
    sources.filter(({ source }) => isWanted(source)).reduce((total, { tokens }) => total + tokens, 0);
  const system = tokensOf((source) => SYSTEM_SOURCES.has(source));
  const rest = tokensOf((source) => !SYSTEM_SOURCES.has(source));
  return [
    { name: 'system prompt', tokens: system, advice: 'Shorten the SOUL and SKILL documents of the agent' },
    {
      name: 'tools',
      tokens: Math.max(0, frameTokens - system - rest - summaryTokens),
      advice: 'Offer fewer tools (`tools` of the run), or tools with shorter schemas',
    },
    {
      name: 'memory, workspace and references',
      tokens: rest + summaryTokens,
      advice: 'Shorten the memory, workspace and references of the agent',
    },
    { name: 'messages', tokens: promptTokens - frameTokens, advice: 'Send a shorter message' },
  ];
}
