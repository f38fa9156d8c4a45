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

/** A process the supervisor keeps running. */
export interface ChildSpec {
  readonly name: ProcessName;
  /** Asked before every start, so that a restart can clear away what the last life left. */
  readonly launch: () => Promise<Launch>;
  /** When it serves: it says so over IPC, or this resolves (and gives up when the signal aborts). */
  readonly readiness: 'ipc' | ((signal: AbortSignal) => Promise<void>);
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long it may drain before it is killed. */
  readonly stopTimeoutMs: number;
  readonly orphanSignal: OrphanSignal;
  /** The port it was told to listen on; for the message when that is taken. */
  readonly port?: number;
}
