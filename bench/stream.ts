/**
 * Measures the time between a stored event and the client that follows its session, on one stream and with 2,000 open;
 * the time until an interrupt reaches the model; the age of text when a client reads it; and how fast a client catches up
 * with a long log. Model and clients are on this machine.
 * Not measured: a network between them, TLS, clients in other processes, several api processes.
 */
import { startBenchStack } from './bench-stack.ts';
import { startStreamFloor } from './floor/stream-floor.ts';
import { describeMetrics, type Metrics } from './metric.ts';
import { runBenchmark } from './run-benchmark.ts';
import { measureCatchUp } from './stream/catch-up.ts';
import { measureDeliveries } from './stream/deliveries.ts';
import { measureDeltas } from './stream/deltas.ts';
import { startHangingModel } from './stream/hanging-model.ts';
import { hangingSessions } from './stream/hanging-sessions.ts';
import { measureManyStreams } from './stream/many-streams.ts';
import { openSessionLog } from './stream/session-log.ts';
import { measureSteering } from './stream/steering.ts';

await runBenchmark('stream', async (benchmark) => {
  const hanging = await startHangingModel();
  benchmark.onEnd(hanging.close);
  const bench = await startBenchStack(benchmark);
  const log = await openSessionLog(bench.stack.databaseUrl);
  benchmark.onEnd(log.close);
  const floor = await startStreamFloor(bench.stack.databaseUrl);
  benchmark.onEnd(floor.close);
  const sessions = await hangingSessions(bench, hanging);
  const shown = (metrics: Metrics): Metrics => {
    for (const line of describeMetrics(metrics)) benchmark.log(line);
    return metrics;
  };

  const { metrics, floorP50Ms } = await measureDeliveries(bench, sessions, log, floor);
  return {
    ...shown(metrics),
    ...shown(await measureSteering(bench.client, sessions, floorP50Ms)),
    ...shown(await measureDeltas(bench, sessions)),
    ...shown(await measureManyStreams(bench, sessions, log)),
    ...shown(await measureCatchUp(bench, sessions, log)),
  };
});
