import { StackError, sentenceOf } from '../error.ts';
import { endLeftovers } from '../supervise/leftovers.ts';
import { tryLock } from './file-lock.ts';
import { type Home, homeAt, makeHome } from './paths.ts';
import { type RememberedPorts, rememberPorts } from './remembered-ports.ts';
import { createStackLog } from './supervisor-log.ts';

/** A data folder that no other supervisor uses until it is closed. */
export interface OpenHome {
  readonly home: Home;
  readonly ports: RememberedPorts;
  readonly log: (line: string) => void;
  close(): void;
}

/**
 * Makes and locks a data folder, and ends what a killed supervisor left running on it.
 * @throws StackError, among others when another supervisor is live on it
 */
export async function openHome(dir: string, echo: (line: string) => void): Promise<OpenHome> {
  const home = homeAt(dir);
  try {
    makeHome(home);
    const attempt = tryLock(home.lock);
    if ('heldBy' in attempt) {
      throw new StackError(
        `The stack on ${dir} is already running (process ${attempt.heldBy}); stop it first, or set AGENT_RUNS_HOME to another folder.`,
      );
    }
    const log = createStackLog(home.logOf('supervisor'), echo);
    await endLeftovers(home.processes, log);
    return { home, ports: rememberPorts(home.ports), log, close: () => attempt.lock.release() };
  } catch (error) {
    throw error instanceof StackError ? error : new StackError(sentenceOf(error, dir), error);
  }
}
