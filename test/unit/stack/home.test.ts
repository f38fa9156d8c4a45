import { expect, test } from 'vitest';
import { homeAt, makeHome } from '../../../stack/home/paths.ts';

test.runIf(process.platform === 'linux')(
  '[stack:failed-start:one-clear-sentence] a data folder that cannot be made is refused in one sentence and not retried for ever',
  () => {
    expect(() => makeHome(homeAt('/proc/agent-runs/home'))).toThrow(
      'No folder can be made at /proc/agent-runs; set AGENT_RUNS_HOME to another place.',
    );
  },
);
