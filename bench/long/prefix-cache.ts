/**
 * The share of the bytes of all prompts that a strict prefix cache already has: a cache that keeps the last prompt of the
 * session and counts bytes from the beginning on until the first that differs. A long tool loop under the default window.
 * `--turns 100` runs a shorter session.
 * Not measured: caches that expire, caches in blocks, and a session that changes its model.
 */
import { parseArgs } from 'node:util';
import { startBenchStack } from '../bench-stack.ts';
import { single } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { startChatServer } from './chat-server.ts';
import { agentReading, connectServer, runLong } from './long-run.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '400' } } });
const RESULT_BYTES = 4_000;

await runBenchmark('prefix-cache', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const server = await startChatServer(benchmark);
  const models = await connectServer(bench, 'long', server);
  const agentId = await agentReading(bench, RESULT_BYTES);
  await runLong(bench, server, { agentId, models, turns: Number(values.turns) });
  const sum = (figure: 'bytes' | 'cachedBytes') => server.prompts.reduce((total, prompt) => total + prompt[figure], 0);
  const cuts = server.prompts.filter(({ bytes, cachedBytes }) => cachedBytes < bytes / 2).length;
  benchmark.log(
    `${(sum('bytes') / 1e6).toFixed(1)} MB sent; ${cuts} prompts had less than half of themselves in the cache`,
  );
  return { prompt_bytes_in_prefix_cache: single([sum('cachedBytes') / sum('bytes')], 'share') };
});
