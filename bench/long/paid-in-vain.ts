/**
 * Requests that were paid for in vain, per 1,000 turns: the model server had answered, and the answer was not used. Of
 * twenty requests in a row, one is cut off in the middle of its answer, which nobody can save: those are the floor. Two are
 * followed by nonsense behind their end, which must cost nothing. Which ones follows from a seed (`--seed`).
 * `--turns 100` runs a shorter session; it must have twenty turns.
 * Not measured: refusals (nobody pays for them), and providers that fail for minutes.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../../domain/random.ts';
import { startBenchStack } from '../bench-stack.ts';
import { rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { type Fault, startChatServer } from './chat-server.ts';
import { agentReading, connectServer } from './long-run.ts';

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '300' }, seed: { type: 'string', default: 'paid-in-vain' } },
});
const TURNS = Number(values.turns);
const BLOCK = 20;
const NOISY = 2;

await runBenchmark('paid-in-vain', async (benchmark) => {
  if (!(TURNS >= BLOCK)) throw new Error(`--turns must be at least ${BLOCK}.`);
  const bench = await startBenchStack(benchmark);
  const server = await startChatServer(benchmark, (request) => faultOf(values.seed, request));
  const models = await connectServer(bench, 'faulty', server);
  const agentId = await agentReading(bench, 500);
  let ended = '';
  const body = { message: 'Call the tool again and again.', max_turns: TURNS, budget_cap_usd: 10_000, models };
  await bench.client.run(agentId, body, ({ type, data }) => {
    if (type === 'session.status_ended') ended = data;
  });
  if (JSON.parse(ended).totalTurns !== TURNS) throw new Error(`The session ended with ${ended}.`);
  const per1000 = (requests: number) => rounded((requests / TURNS) * 1_000);
  const vain = server.prompts.length - TURNS;
  const cut = server.prompts.filter(({ fault }) => fault === 'cut').length;
  const noisy = server.prompts.filter(({ fault }) => fault === 'noise').length;
  benchmark.log(
    `${TURNS} turns took ${server.prompts.length} requests: ${cut} were cut, ${noisy} had noise behind their end`,
  );
  return {
    requests_paid_in_vain_per_1000_turns: {
      value: per1000(vain),
      floor: per1000(cut),
      ratio: rounded(vain / cut),
      unit: 'requests',
    },
  };
});

/** Each block of requests has its faults at places of its own. */
function faultOf(seed: string, request: number): Fault | undefined {
  const random = seededRandom(`${seed}/${Math.floor(request / BLOCK)}`);
  const order = Array.from({ length: BLOCK }, (_, place) => ({ place, draw: random.uniform() }))
    .sort((a, b) => a.draw - b.draw)
    .map(({ place }) => place);
  const rank = order.indexOf(request % BLOCK);
  if (rank === 0) return 'cut';
  return rank <= NOISY ? 'noise' : undefined;
}
