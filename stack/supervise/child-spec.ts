import type { OrphanSignal } from '../../processes/watchdog.ts';

export type ProcessName = 'api' | 'worker' | 'simulated' | 'temporal' | 'postgres';

/** How to start a process once. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

/** A process that the supervisor keeps running. */
export interface ChildSpec {
  readonly name: ProcessName;
  /** Called before every start, so that a restart can clear away what the last run left. */
  readonly launch: () => Promise<Launch>;
  /** How it is known that the process serves: it says so over IPC, or this function resolves. It gives up when the signal aborts. */
  readonly readiness: 'ipc' | ((signal: AbortSignal) => Promise<void>);
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long the process may drain before it is killed. */
  readonly stopTimeoutMs: number;
  readonly orphanSignal: OrphanSignal;
  /** The port that the process was told to listen on, for the message that says that the port is taken. */
  readonly port?: number;
}
