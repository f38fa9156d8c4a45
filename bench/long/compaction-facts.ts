/**
 * The share of the facts of long transcripts that their summary still holds: open tasks, decisions, names and numbers that
 * user, agent and tools said once, among text that says nothing. The transcripts are made by this script and are always the
 * same. They are summarized as sessions are, some turns at a time and each summary with the one before, by the summarizer of
 * the simulated provider, which picks sentences.
 * Not measured: how well a real model summarizes. The figure shows what requests and bounds let through.
 */
import { seededRandom } from '../../domain/random.ts';
import {
  SUMMARIZED_CHARACTERS,
  SUMMARY_BYTES,
  SUMMARY_OUTPUT_TOKENS,
  type SummarizedTurn,
  summarizedBytes,
  summaryRequest,
} from '../../domain/summary.ts';
import { utf8Beginning } from '../../domain/utf8-beginning.ts';
import { summaryOf } from '../../simulated/agent/session-summary.ts';
import { userItems } from '../../simulated/conversation.ts';
import { type Metrics, median, single } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';

const LENGTHS = [50, 200, 1_000];
const SEEDS = ['ash', 'birch', 'cedar'];
/** Facts of each kind in a transcript, however long it is. */
const FACTS = 24;
/** How many turns leave a prompt at once. */
const TURNS_AT_ONCE = 25;
const CONTEXT_WINDOW = 128_000;

const KINDS = {
  open_task: (n: number) => `Open task ${n}: the crate ${n}-K still has to be labelled.`,
  decision: (n: number) => `We decided on plan ${n} because the crossing is shorter.`,
  name: (n: number) => `The contact is Mira Solberg-${n} of Harbour Office ${n}.`,
  number: (n: number) => `The invoice ${n}-7 comes to ${n * 137} EUR.`,
} as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES: readonly Kind[] = ['open_task', 'decision', 'name', 'number'];

const NOISE: readonly ((n: number) => string)[] = [
  (n) => `Row ${n} of the table has ${n % 7} cells.`,
  () => 'one more page was read and had nothing new on it.',
  () => 'the list is the same as it was before.',
  () => 'this looks fine so far, going on with the rest.',
  () => 'the page took a while to load and then it was there.',
];

await runBenchmark('compaction-facts', async (benchmark) => {
  const shares: Record<Kind, number[]> = { open_task: [], decision: [], name: [], number: [] };
  const all: number[] = [];
  for (const length of LENGTHS) {
    for (const seed of SEEDS) {
      const { turns, facts } = transcript(length, seed);
      const summary = summarized(turns);
      const kept = (kind: Kind) => facts[kind].filter((fact) => summary.includes(fact)).length / facts[kind].length;
      const of = KIND_NAMES.map(kept);
      KIND_NAMES.forEach((kind, index) => {
        shares[kind].push(of[index] ?? 0);
      });
      all.push(of.reduce((sum, share) => sum + share, 0) / of.length);
    }
    benchmark.log(`${length} turns: ${Math.round(100 * median(all.slice(-SEEDS.length)))} % of the facts kept`);
  }
  const metrics: Record<string, Metrics[string]> = { facts_kept_by_compaction: single(all, 'share') };
  for (const kind of KIND_NAMES) metrics[`facts_kept_${kind}`] = single(shares[kind], 'share');
  return metrics;
});

function transcript(length: number, seed: string) {
  const random = seededRandom(`${seed}/${length}`);
  const pick = (count: number) => Math.floor(random.uniform() * count);
  const facts: Record<Kind, string[]> = { open_task: [], decision: [], name: [], number: [] };
  const said = new Map<number, string[]>();
  for (const kind of KIND_NAMES) {
    for (let n = 0; n < FACTS; n++) {
      const fact = KINDS[kind](100 + pick(900) * FACTS + n);
      const turn = pick(length);
      facts[kind].push(fact);
      said.set(turn, [...(said.get(turn) ?? []), fact]);
    }
  }
  const noise = (sentences: number) =>
    Array.from({ length: sentences }, () => NOISE[pick(NOISE.length)]?.(pick(9_000))).join(' ');
  const turns = Array.from({ length }, (_, turn): SummarizedTurn => {
    const spoken = said.get(turn) ?? [];
    const by = pick(3);
    const withFacts = (who: number, text: string) =>
      by === who && spoken.length > 0 ? [text, ...spoken].join(' ') : text;
    const cut = (text: string) => text.slice(0, SUMMARIZED_CHARACTERS);
    return {
      turn,
      userMessages: turn === 0 || by === 0 ? [cut(withFacts(0, 'Go on.'))] : [],
      text: cut(withFacts(1, noise(2))),
      calls: [{ name: 'page_read', args: `{"page": ${turn}}`, output: cut(withFacts(2, noise(6))) }],
    };
  });
  return { turns, facts };
}

function summarized(turns: readonly SummarizedTurn[]): string {
  let previous: string | undefined;
  for (let from = 0; from < turns.length; ) {
    const request = summaryRequest(
      turns.slice(from, from + TURNS_AT_ONCE),
      { previous, latestMessage: 'Go on.' },
      summarizedBytes(CONTEXT_WINDOW, SUMMARY_OUTPUT_TOKENS),
    );
    if (request === undefined) break;
    from = request.throughTurn + 1;
    previous = utf8Beginning(answerTo(request.text), SUMMARY_BYTES);
  }
  return previous ?? '';
}

function answerTo(text: string): string {
  return summaryOf({
    protocol: 'openai-chat',
    model: 'summarizer',
    stream: false,
    reportsUsage: true,
    maxOutputTokens: SUMMARY_OUTPUT_TOKENS,
    items: userItems(text),
    tools: [],
    turn: 0,
    bodyBytes: Buffer.byteLength(text),
    cachesPrompt: false,
    wantsReasoning: false,
  });
}
