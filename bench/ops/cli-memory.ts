/**
 * The memory of `agent-runs sessions tail` while it follows ten sessions that make some turns a second, as lines of JSON, and the
 * most that it had. The floor is the same command following one session that does nothing.
 * Not measured: a terminal that is slow to read.
 * `BENCH_CLI_SECONDS` sets how long it follows.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BenchStack, startBenchStack } from '../bench-stack.ts';
import { rounded } from '../metric.ts';
import { residentBytes } from '../process-memory.ts';
import { runBenchmark } from '../run-benchmark.ts';

const BIN = fileURLToPath(new URL('../../cli/agent-runs.mjs', import.meta.url));
const SESSIONS = 10;
const SECONDS = Number(process.env.BENCH_CLI_SECONDS ?? 60);
const LATENCY_MS = 300;
const MIB = 1_024 * 1_024;

await runBenchmark('ops/cli-memory', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const start = async (body: object) => {
    const session = await bench.client.send('POST', `/v1/agents/${agentId}/sessions`, { message: 'Hello.', ...body });
    return String(Object(session).id);
  };
  const still = await start({ models: await bench.modelsAnswering(1), on_complete: 'idle' });
  const models = await bench.modelsCalling('bundled', LATENCY_MS);
  const busy = await Promise.all(
    Array.from({ length: SESSIONS }, () => start({ models, max_turns: 1_000, budget_cap_usd: 10_000 })),
  );

  async function follow(ids: readonly string[]): Promise<{ mib: number; mostMib: number; events: number }> {
    const child = tail(bench, ids);
    benchmark.onEnd(() => void child.kill('SIGKILL'));
    let events = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      events += chunk.toString('latin1').split('\n').length - 1;
    });
    await once(child.stdout ?? child, 'data');
    await pause(SECONDS * 1_000);
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null) throw new Error(`The command ended with ${child.exitCode}.`);
    const memory = { mib: residentBytes(pid) / MIB, mostMib: mostResidentBytes(pid) / MIB, events };
    child.kill('SIGKILL');
    await once(child, 'exit');
    return memory;
  }

  const floor = await follow([still]);
  const value = await follow(busy);
  benchmark.log(`${value.events} events of ${SESSIONS} sessions were shown in ${SECONDS} s`);
  const metric = (of: 'mib' | 'mostMib') => ({
    value: rounded(value[of]),
    floor: rounded(floor[of]),
    ratio: rounded(value[of] / floor[of]),
    unit: 'MiB',
  });
  return { 'ops.cli_following_10_sessions': metric('mib'), 'ops.cli_following_10_sessions_most': metric('mostMib') };
});

function tail({ stack }: BenchStack, ids: readonly string[]): ChildProcess {
  const env = { ...process.env, AGENT_RUNS_URL: stack.baseUrl, AGENT_RUNS_API_KEY: stack.apiKey };
  return spawn(process.execPath, [BIN, 'sessions', 'tail', ...ids, '-o', 'jsonl', '--quiet'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The most memory that a process had in RAM so far. */
function mostResidentBytes(pid: number): number {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} has no memory.`);
  return Number(kib) * 1_024;
}
