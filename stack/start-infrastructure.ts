import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringUpPostgres, bringUpSimulated, bringUpTemporal } from './bring-up.ts';
import { openHome } from './home/open.ts';
import type { ProcessName } from './supervise/child-spec.ts';
import { type ProcessControls, processControls } from './supervise/process-controls.ts';
import { createProcessTree } from './supervise/process-tree.ts';

export interface InfrastructureOptions {
  /** Default: a temporary folder, which `stop` removes. */
  readonly home?: string;
  /** The caller's `process.env`, in which PATH, HOME and the cache of binaries are looked up. */
  readonly env: NodeJS.ProcessEnv;
  readonly temporalNamespace?: string;
  /** Also start the simulated provider. */
  readonly simulated?: boolean;
  readonly log?: (line: string) => void;
}

/** Postgres and Temporal without api and worker, for tests and benchmarks that create those in their own process. */
export interface RunningInfrastructure extends ProcessControls {
  /** Names a database that exists. It is not migrated yet. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly simulatedUrl?: string | undefined;
  readonly home: string;
  pid(name: ProcessName): number | undefined;
  stop(): Promise<void>;
}

/** Starts the servers in parallel. If it fails, it leaves nothing running. @throws StackError */
export async function startInfrastructure(options: InfrastructureOptions): Promise<RunningInfrastructure> {
  const dir = options.home ?? mkdtempSync(join(tmpdir(), 'agent-runs-'));
  const { home, ports, log, close } = await openHome(dir, options.log ?? (() => {}));
  const tree = createProcessTree({ recordFile: home.processes, logFileOf: home.logOf, log, onChange: () => {} });
  const stop = async () => {
    await tree.stop();
    close();
    if (options.home === undefined) rmSync(dir, { recursive: true, force: true });
  };
  try {
    const deps = { home, tree, ports, env: options.env, log };
    const [databaseUrl, temporalAddress, simulatedUrl] = await Promise.all([
      bringUpPostgres(deps),
      bringUpTemporal(options, deps),
      options.simulated === true ? bringUpSimulated(undefined, deps) : undefined,
    ]);
    return {
      databaseUrl,
      temporalAddress,
      simulatedUrl,
      home: dir,
      pid: tree.pid,
      ...processControls(tree),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
