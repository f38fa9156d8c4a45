/**
 * Measures what a call of an MCP tool costs through the governed pipeline: as `POST /v1/mcp/tools/call`, and in a session from
 * `agent.tool_use` to `agent.tool_result` as a client of the stream sees them. The floor is the same call by a bare MCP client
 * over its open connection, measured right beside.
 * Not measured: a server on another machine, whose network both would wait for.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startHostileHttpServer } from '../../test/fixtures/mcp/hostile-server-command.ts';
import { startBenchStack } from '../bench-stack.ts';
import { type Metric, quantile, rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';

const WARM_UPS = 30;
const PAIRS = 300;
const TURNS = 100;
const ARGUMENTS = { text: 'The same few words at every call.' };

await runBenchmark('pipeline', async (benchmark) => {
  const { client, agents, connectServer, modelsCalling } = await startBenchStack(benchmark);
  const server = await startHostileHttpServer('--json');
  benchmark.onEnd(() => server.kill());
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const serverId = await connectServer({ name: 'bench', transport: 'streamable-http', url });

  const bare = new Client({ name: 'bench', version: '1.0.0' });
  await bare.connect(new StreamableHTTPClientTransport(new URL(url)));
  benchmark.onEnd(() => bare.close());
  const bareMs = () => timedMs(() => bare.callTool({ name: 'echo', arguments: ARGUMENTS }));
  const directMs = () =>
    timedMs(() =>
      client.send('POST', '/v1/mcp/tools/call', { server_id: serverId, tool: 'echo', arguments: ARGUMENTS }),
    );

  for (let nth = 0; nth < WARM_UPS; nth++) {
    await directMs();
    await bareMs();
  }
  const direct: Pair[] = [];
  for (let nth = 0; nth < PAIRS; nth++) direct.push({ value: await directMs(), floor: await bareMs() });

  const [agentId = ''] = await agents(1);
  const models = await modelsCalling('external', 0);
  const session: Pair[] = [];
  let usedAtMs = 0;
  const spans: number[] = [];
  await client.run(agentId, { message: 'Go on.', models, max_turns: TURNS }, ({ type, atMs }) => {
    if (type === 'agent.tool_use') usedAtMs = atMs;
    if (type === 'agent.tool_result') spans.push(atMs - usedAtMs);
  });
  // The first turns find caches cold.
  for (const value of spans.slice(5)) session.push({ value, floor: await bareMs() });

  return { ...metricsOf('tool_call_direct', direct), ...metricsOf('tool_call_in_session', session) };
});

interface Pair {
  readonly value: number;
  readonly floor: number;
}

function metricsOf(name: string, pairs: readonly Pair[]): Record<string, Metric> {
  const metric = (share: number): Metric => ({
    value: rounded(
      quantile(
        pairs.map(({ value }) => value),
        share,
      ),
    ),
    floor: rounded(
      quantile(
        pairs.map(({ floor }) => floor),
        share,
      ),
    ),
    ratio: rounded(
      quantile(
        pairs.map(({ value, floor }) => value / floor),
        0.5,
      ),
    ),
    unit: 'ms',
  });
  return { [`${name}_p50`]: metric(0.5), [`${name}_p95`]: metric(0.95) };
}

async function timedMs(call: () => Promise<unknown>): Promise<number> {
  const sinceMs = performance.now();
  await call();
  return performance.now() - sinceMs;
}
