/**
 * Measures what the SDKs cost, in TypeScript and in Python: the time from the write of an event to the iterator of a run,
 * against a bare reader of the same stream in the same process; the memory of each of 1,000 runs that one process follows;
 * the time of the import; the size of what is installed. The server of the streams is a bare one on this machine.
 * Not measured: the service itself (`bench:stream` does that), a network, TLS, runs that speak all at once.
 */

import { runBenchmark } from './run-benchmark.ts';
import { startEventServer } from './sdk/event-server.ts';
import { measureImports } from './sdk/imports.ts';
import { measureLatencies } from './sdk/latencies.ts';
import { measureMemory } from './sdk/memory.ts';
import { prepareSdks } from './sdk/prepare-sdks.ts';
import { measureSizes } from './sdk/sizes.ts';

await runBenchmark('sdk', async (benchmark) => {
  const sdks = await prepareSdks(benchmark);
  const server = await startEventServer();
  benchmark.onEnd(server.close);
  return {
    ...(await measureLatencies(sdks, server)),
    ...(await measureMemory(sdks, server)),
    ...(await measureImports(sdks)),
    ...(await measureSizes()),
  };
});
