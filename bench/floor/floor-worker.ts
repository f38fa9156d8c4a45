import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { SERVICE_FLAGS } from '../../stack/project.ts';
import { FLOOR_TASK_QUEUE, type FloorReply, type FloorRequest, isFloorReply } from './messages.ts';
import type { FloorRun } from './shapes.ts';

export interface FloorWorker {
  readonly pid: number;
  /** Runs one workflow to its end. Resolves with the moments its turns began, in milliseconds since an arbitrary one. */
  run(run: FloorRun): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** A process that only prepares itself until it is told where Temporal is. */
export interface PreparedFloorWorker {
  connect(temporalAddress: string): Promise<FloorWorker>;
  stop(): Promise<void>;
}

/** Bundling takes seconds; started before the stack, it is over when the stack serves. */
export function prepareFloorWorker(): PreparedFloorWorker {
  const child = fork(fileURLToPath(new URL('./worker-main.ts', import.meta.url)), [], {
    execArgv: [...SERVICE_FLAGS, '--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit').then(([code, signal]) => `The floor's worker ended (${code ?? signal}).`);
  const failed = exited.then((how): never => {
    throw new Error(how);
  });
  failed.catch(() => undefined);
  const waiting = new Map<string, (startsMs: readonly number[]) => void>();
  let onReady = () => {};
  const ready = new Promise<void>((resolve) => {
    onReady = resolve;
  });
  child.on('message', (message) => {
    if (isFloorReply(message)) receive(message);
  });

  function receive(reply: FloorReply): void {
    switch (reply.type) {
      case 'ready':
        onReady();
        break;
      case 'turns':
        waiting.get(reply.workflowId)?.(reply.startsMs);
        waiting.delete(reply.workflowId);
    }
  }

  function send(request: FloorRequest): void {
    child.send(request);
  }

  async function stop(): Promise<void> {
    child.kill('SIGKILL');
    await exited;
  }

  return {
    stop,
    async connect(address) {
      send({ type: 'connect', address });
      await Promise.race([ready, failed]);
      const { pid } = child;
      if (pid === undefined) throw new Error("The floor's worker could not be started.");
      const connection = await Connection.connect({ address });
      const client = new Client({ connection });
      return {
        pid,
        async run(run) {
          const workflowId = `floor-${randomUUID()}`;
          const handle = await client.workflow.start('floorSession', {
            workflowId,
            taskQueue: FLOOR_TASK_QUEUE,
            args: [{ ...run, from: 0 }],
            workflowTaskTimeout: '3s',
          });
          await Promise.race([handle.result(), failed]);
          const taken = new Promise<readonly number[]>((resolve) => waiting.set(workflowId, resolve));
          send({ type: 'take', workflowId });
          return Promise.race([taken, failed]);
        },
        async stop() {
          await connection.close();
          await stop();
        },
      };
    },
  };
}
