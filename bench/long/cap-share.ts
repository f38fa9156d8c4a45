/**
 * The share of its cap that a run spends before it ends as budget_exhausted: over prices, lengths of answers and lengths
 * of runs. A run without a cap says what so many turns cost; the cap is that and three quarters of one turn more.
 * Not measured: prompt caching, and runs that may choose among several models.
 */
import { createScriptClient } from '../../simulated/scripts/script-client.ts';
import { type BenchStack, startBenchStack } from '../bench-stack.ts';
import { quantile, rounded, single } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';

const PRICES = [
  { id: 'cheap', input_usd_per_mtok: 0.15, output_usd_per_mtok: 0.6 },
  { id: 'middle', input_usd_per_mtok: 1.25, output_usd_per_mtok: 10 },
  { id: 'dear', input_usd_per_mtok: 15, output_usd_per_mtok: 75 },
].map((model) => ({ ...model, context_window: 200_000, max_output_tokens: 32_000, capabilities: ['tools'] }));
/** Bytes of text beside each tool call. */
const SHORT_ANSWERS = [200, 1_600];
/** Prices and lengths with which output dominates the cost. */
const LONG_ANSWERS = [20_000];
const TURNS = [10, 30, 60];

await runBenchmark('cap-share', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const sharesOf = async (lengths: readonly number[]) => {
    const shares: number[] = [];
    for (const textBytes of lengths) {
      for (const models of await modelsWriting(bench, textBytes)) {
        for (const turns of TURNS) {
          const share = await shareSpent(bench, { agentId, models, turns });
          benchmark.log(`${models[0]}, ${turns} turns: ${rounded(share)} of the cap`);
          shares.push(share);
        }
      }
    }
    return shares;
  };
  const short = await sharesOf(SHORT_ANSWERS);
  const long = await sharesOf(LONG_ANSWERS);
  return {
    cap_share: single([...short, ...long], 'of cap'),
    cap_share_p10: single([quantile([...short, ...long], 0.1)], 'of cap'),
    cap_share_output_dominates: single(long, 'of cap'),
  };
});

/** Registers a provider whose models write so much beside each tool call. @returns what `models` of a run must be, for each */
async function modelsWriting({ stack, client }: BenchStack, textBytes: number): Promise<readonly string[][]> {
  const { simulatedUrl } = stack;
  if (simulatedUrl === undefined) throw new Error('The stack was started without a simulated provider.');
  const scripts = createScriptClient(simulatedUrl);
  const name = `writes-${textBytes}`;
  const call = { toolName: 'workspace_read', toolArgs: { name: 'notes.md' } };
  await scripts.put(name, { generate: { turns: 0, forever: true, textBytes, ...call } });
  await client.send('POST', '/v1/providers', {
    provider: 'openai-compatible',
    name,
    base_url: scripts.baseUrl(name, 'openai-chat'),
    models: PRICES,
  });
  return PRICES.map(({ id }) => [`${name}/${id}`]);
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
