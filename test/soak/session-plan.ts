import { type SeededRandom, seededRandom } from '../../domain/random.ts';
import type { StrictAnswer, StrictRequest } from '../support/strict-server.ts';

/** Makes the names of the tools as models see them. */
export interface SoakTools {
  readonly write: (tool: string) => string;
  readonly read: (tool: string) => string;
}

/** How often a model is refused by a filter, so that another provider must answer the turn. */
const FILTERED_SHARE = 0.35;
/** A turn has four models, and one must be left. */
const MOST_FILTERED = 2;
/** One of these protocols is never filtered, so that a model is left even if an answer breaks off or its worker is killed. */
const UNFILTERED = ['anthropic-messages', 'google-generate'] as const;
const BROKEN_SHARE = 0.01;
const LONG_TEXT_SHARE = 0.1;
const REASONING_SHARE = 0.4;
const MANY_CALLS_SHARE = 0.05;
const HUGE_BYTES = 100_000;
const BYTES_PER_TOKEN = 4;
const SENTENCE = 'The bees of hive 7 gave 12 kg of honey in June, which is more than in May. ';

/** What the models of one session answer. It follows from the seed and the number of the request. */
export function createSessionPlan(seed: string, tools: SoakTools): (request: StrictRequest) => StrictAnswer {
  let requests = 0;
  let filtered = 0;
  const unfiltered = UNFILTERED[below(seededRandom(seed), UNFILTERED.length)];
  return (request) => {
    if (request.forSummary) return { text: 'The hives were read several times.', toolCalls: [] };
    const n = requests++;
    const random = seededRandom(`${seed}:${n}`);
    if (request.protocol !== unfiltered && filtered < MOST_FILTERED && random.uniform() < FILTERED_SHARE) {
      filtered += 1;
      return { error: { status: 400, code: 'content_filter', message: 'Refused by the content filter.' } };
    }
    filtered = 0;
    return {
      text: textFor(random, request),
      reasoning: random.uniform() < REASONING_SHARE ? `Thought ${n}. `.repeat(1 + below(random, 40)) : undefined,
      toolCalls: callsFor(random, `${seed}-${n}`, tools),
      // What a cache read would cost is not told at registration.
      usage: { cacheReadTokens: 0 },
      broken: random.uniform() < BROKEN_SHARE,
    };
  };
}

function textFor(random: SeededRandom, { maxOutputTokens = 4_096 }: StrictRequest): string {
  const drawn = random.uniform();
  if (drawn < LONG_TEXT_SHARE) return SENTENCE.repeat((maxOutputTokens * BYTES_PER_TOKEN) / 3 / SENTENCE.length);
  return drawn < 0.4 ? '' : SENTENCE;
}

function callsFor(random: SeededRandom, note: string, tools: SoakTools): { name: string; args: object }[] {
  const count = random.uniform() < MANY_CALLS_SHARE ? 8 : 1 + below(random, 3);
  return Array.from({ length: count }, (_, index) => {
    const drawn = random.uniform();
    if (drawn < 0.55) return { name: 'workspace_read', args: { name: 'hives.md' } };
    if (drawn < 0.8) return { name: tools.read('huge'), args: { bytes: HUGE_BYTES, end: ' end of the result' } };
    if (drawn < 0.9) return { name: 'memory_append', args: { fact: `Fact ${note}-${index}.` } };
    return { name: tools.write('count'), args: { note: `soak-${note}-${index}` } };
  });
}

/** A message of the user. It begins and ends with its tag, which a cut text still shows. */
export function userMessage(random: SeededRandom, tag: string): string {
  const drawn = random.uniform();
  const sentences = drawn < 0.15 ? below(random, 2_000) : drawn < 0.5 ? below(random, 60) : 1;
  return `${tag} Look at the hives. ${SENTENCE.repeat(sentences)} ${tag}`;
}

export function below(random: SeededRandom, count: number): number {
  return Math.floor(random.uniform() * count);
}
