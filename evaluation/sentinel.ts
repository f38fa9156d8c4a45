import { Worker } from 'node:worker_threads';

/** Tells the sentinel what this process does. */
export interface Sentinel {
  /** An evaluation begins, which may take so much CPU time. */
  begin(cpuMs: number): void;
  end(): void;
}

/** The places of the shared numbers: the number of the present evaluation (0: none), its limit, whether the sentinel sleeps. */
const [TASK, LIMIT, ASLEEP] = [0, 1, 2];

const CHECK_EVERY_MS = 20;

/**
 * A thread ends this process with SIGKILL when an evaluation takes more CPU time or memory than it may, and when the parent
 * is gone. An endless loop keeps this process from doing so itself, and a parent that was killed cannot. CPU time is
 * counted, and not the time on the clock, so a busy machine gives up nothing that an idle one would do.
 */
export function startSentinel(mostResidentBytes: number): Sentinel {
  const shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  const workerData = { shared, parent: process.ppid, mostResidentBytes, checkEveryMs: CHECK_EVERY_MS };
  new Worker(WATCH, { eval: true, workerData, env: {}, execArgv: [], stdout: false, stderr: false }).unref();
  let tasks = 0;
  return {
    begin(cpuMs) {
      tasks = (tasks % 0x7fff_fffe) + 1;
      Atomics.store(shared, LIMIT, cpuMs);
      Atomics.store(shared, TASK, tasks);
      if (Atomics.load(shared, ASLEEP) === 1) Atomics.notify(shared, TASK);
    },
    end() {
      Atomics.store(shared, TASK, 0);
    },
  };
}

/** The code of the thread. It is a text, so that it needs no file beside the script of this process. */
const WATCH = `
const { workerData: { shared, parent, mostResidentBytes, checkEveryMs } } = require('node:worker_threads');
const end = () => process.kill(process.pid, 'SIGKILL');
for (;;) {
  Atomics.store(shared, ${ASLEEP}, 1);
  Atomics.wait(shared, ${TASK}, 0);
  Atomics.store(shared, ${ASLEEP}, 0);
  const task = Atomics.load(shared, ${TASK});
  const before = process.cpuUsage();
  while (task !== 0 && Atomics.load(shared, ${TASK}) === task) {
    Atomics.wait(shared, ${TASK}, task, checkEveryMs);
    if (Atomics.load(shared, ${TASK}) !== task) break;
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > Atomics.load(shared, ${LIMIT})) end();
    if (process.memoryUsage.rss() > mostResidentBytes || process.ppid !== parent) end();
  }
}
`;
