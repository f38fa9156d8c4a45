import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { sourceFiles } from '../structure/source-files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages of OpenTelemetry that a process has loaded when it has run this script. All of them are CommonJS. */
async function loadedBy(script: string): Promise<string[]> {
  const told = `
    import Module from 'node:module';
    ${script}
    const found = Object.keys(Module._cache).map((file) => /@opentelemetry\\/[^/]+/.exec(file)?.[0]);
    process.stdout.write(JSON.stringify([...new Set(found.filter(Boolean))]), () => process.exit(0));`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', told];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return JSON.parse(stdout) as string[];
}

const heavy = (packages: readonly string[]) => packages.filter((name) => name !== '@opentelemetry/api');

test('[otel:loaded:only-with-a-collector] neither API nor worker loads more of OpenTelemetry than its API, and with a collector they do', async () => {
  const [without, withOne] = await Promise.all([
    loadedBy(`await import('./worker/create-worker.ts'); await import('./api/serve-api.ts');`),
    loadedBy(`
      const { startOtlp } = await import('./telemetry/otlp/start-otlp.ts');
      await startOtlp({
        service: 'agent-runs-api', nowMs: Date.now, warn() {}, read: async () => ({ attempts: [], calls: [], overMs: 0 }),
        settings: { tracesUrl: 'http://127.0.0.1:1/v1/traces', metricsEveryMs: 1_000, share: 1, withContent: false },
      });`),
  ]);
  expect(heavy(without)).toEqual([]);
  expect(withOne).toContain('@opentelemetry/sdk-trace');
}, 60_000);

test('[otel:loaded:only-with-a-collector] the packages of OpenTelemetry are imported within functions only', () => {
  const early = sourceFiles()
    .filter(({ folder }) => folder !== 'test')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(import|export) (?!type )[^;]*?from '@opentelemetry\//gm)].map(() => path),
    );
  expect(early).toEqual([]);
});
