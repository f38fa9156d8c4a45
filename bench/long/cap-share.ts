/**
 * The share of its cap that a run spends before it ends as budget_exhausted: over models, lengths of answers and results, and
 * lengths of runs. A run without a cap says what so many turns cost; the cap is that and three quarters of one turn more.
 * The models are three at prices of their own, whose provider neither caches nor counts prompts, and the three of the
 * simulated provider, which counts them; two of these read what a request repeats from a cache.
 * Not measured: runs that may choose among several models, and caches that were written and are gone.
 */
import { createScriptClient } from '../../simulated/scripts/script-client.ts';
import { type BenchStack, startBenchStack } from '../bench-stack.ts';
import { quantile, rounded, single } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { agentReading } from './long-run.ts';

const PRICES = [
  { id: 'cheap', input_usd_per_mtok: 0.15, output_usd_per_mtok: 0.6 },
  { id: 'middle', input_usd_per_mtok: 1.25, output_usd_per_mtok: 10 },
  { id: 'dear', input_usd_per_mtok: 15, output_usd_per_mtok: 75 },
].map((model) => ({ ...model, context_window: 200_000, max_output_tokens: 32_000, capabilities: ['tools'] }));
const SIMULATED = ['sim-swift', 'sim-scout', 'sim-sage'];
const TURNS = [10, 30];

interface Load {
  /** Bytes of text beside each tool call. */
  readonly textBytes: number;
  /** Bytes of the result of each. */
  readonly resultBytes: number;
}

const SMALL: readonly Load[] = [
  { textBytes: 200, resultBytes: 100 },
  { textBytes: 1_600, resultBytes: 100 },
];
const LARGE_RESULTS: readonly Load[] = [{ textBytes: 200, resultBytes: 24_000 }];
const OUTPUT_DOMINATES: readonly Load[] = [{ textBytes: 12_000, resultBytes: 100 }];

/** So many were registered. */
let providers = 0;

await runBenchmark('cap-share', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const sharesOf = async (loads: readonly Load[]) => {
    const shares: number[] = [];
    for (const load of loads) {
      const agentId = await agentReading(bench, load.resultBytes);
      for (const model of await modelsWriting(bench, load.textBytes)) {
        for (const turns of TURNS) {
          const share = await shareSpent(bench, { agentId, models: [model], turns });
          benchmark.log(`${model}, ${load.resultBytes} bytes read, ${turns} turns: ${rounded(share)} of the cap`);
          shares.push(share);
        }
      }
    }
    return shares;
  };
  const small = await sharesOf(SMALL);
  const large = await sharesOf(LARGE_RESULTS);
  const long = await sharesOf(OUTPUT_DOMINATES);
  const all = [...small, ...large, ...long];
  return {
    cap_share: single(all, 'of cap'),
    cap_share_p10: single([quantile(all, 0.1)], 'of cap'),
    cap_share_large_results: single(large, 'of cap'),
    cap_share_output_dominates: single(long, 'of cap'),
  };
});

/** Registers providers whose models write so much beside each tool call. @returns what a run must name, for each model */
async function modelsWriting({ stack, client }: BenchStack, textBytes: number): Promise<readonly string[]> {
  const { simulatedUrl } = stack;
  if (simulatedUrl === undefined) throw new Error('The stack was started without a simulated provider.');
  const scripts = createScriptClient(simulatedUrl);
  providers += 1;
  const priced = `priced-${providers}-${textBytes}`;
  const counted = `counted-${providers}-${textBytes}`;
  const call = { toolName: 'workspace_read', toolArgs: { name: 'notes.md' } };
  for (const name of [priced, counted]) {
    await scripts.put(name, { generate: { turns: 0, forever: true, textBytes, ...call } });
  }
  await client.send('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name: priced,
    base_url: scripts.baseUrl(priced, 'openai-chat'),
    models: PRICES,
  });
  await client.send('POST', '/v1/providers', {
    provider: 'simulated',
    name: counted,
    base_url: `${simulatedUrl}/scripts/${counted}`,
  });
  return [...PRICES.map(({ id }) => `${priced}/${id}`), ...SIMULATED.map((id) => `${counted}/${id}`)];
}

async function shareSpent(
  bench: BenchStack,
  run: { readonly agentId: string; readonly models: readonly string[]; readonly turns: number },
): Promise<number> {
  const free = await costOf(bench, run.agentId, { models: run.models, max_turns: run.turns + 1 });
  const capUsd = Number((free.costUsd - 0.25 * (free.costUsd / (run.turns + 1))).toFixed(9));
  const capped = await costOf(bench, run.agentId, { models: run.models, max_turns: 1_000, budget_cap_usd: capUsd });
  // The last answer can be cut to the money that is left. Then it has no call, and its end is that of the run.
  const spentAll = capped.reason === 'budget_exhausted' || capped.stoppedBy === 'length';
  if (!spentAll || capped.costUsd > capUsd) {
    throw new Error(`A run with a cap of ${capUsd} USD ended as ${capped.reason} with ${capped.costUsd} USD.`);
  }
  return capped.costUsd / capUsd;
}

async function costOf(
  { client }: BenchStack,
  agentId: string,
  body: object,
): Promise<{ costUsd: number; reason: string; stoppedBy: string }> {
  let ended = '';
  await client.run(agentId, { message: 'Call the tool again and again.', ...body }, ({ type, data }) => {
    if (type === 'session.status_ended') ended = data;
  });
  const { totalCostUsd, reason, stoppedBy }: Partial<Record<string, unknown>> = JSON.parse(ended);
  return { costUsd: Number(totalCostUsd), reason: String(reason), stoppedBy: String(stoppedBy) };
}
