import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pickPort } from '../../stack/free-port.ts';
import { defaultCacheDir, findTemporalBinary } from '../../stack/temporal/binary.ts';
import { untilTemporalServes } from '../../stack/temporal/health.ts';

export interface EagerTemporal {
  readonly address: string;
  stop(): Promise<void>;
}

/** A Temporal that suggests continue-as-new after a few dozen events instead of 4,096. */
export async function startEagerTemporal(suggestAfterEvents: number): Promise<EagerTemporal> {
  const dir = mkdtempSync(path.join(tmpdir(), 'agent-runs-temporal-'));
  const log = () => undefined;
  const binary = await findTemporalBinary({ cacheDir: defaultCacheDir(process.env), env: process.env, log });
  const port = await pickPort('127.0.0.1');
  const settings = [
    `limit.historyCount.suggestContinueAsNew=${suggestAfterEvents}`,
    'history.transferProcessorMaxPollRPS=2000',
    'history.timerProcessorMaxPollRPS=2000',
    'system.enableActivityEagerExecution=true',
  ];
  const args = [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--headless'],
    ...['--db-filename', path.join(dir, 'temporal.db')],
    ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
  const child = spawn(binary, args, { stdio: 'ignore' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = `127.0.0.1:${port}`;
  await untilTemporalServes(address, AbortSignal.timeout(30_000));
  return {
    address,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
