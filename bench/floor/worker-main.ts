import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createFloorActivities } from './activities.ts';
import { FLOOR_TASK_QUEUE, isFloorRequest } from './messages.ts';

/**
 * The worker of the floor, in a process of its own so that its CPU can be told from others'. Started by
 * floor-worker.ts: bundles its workflows at once, connects when it is told the address.
 */
const turnStarts = new Map<string, number[]>();
const logger = new DefaultLogger('WARN');
Runtime.install({ logger, shutdownSignals: [] });
const bundling = bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
  logger,
});

// The parent is gone: nobody asks any more.
process.on('disconnect', () => process.exit(0));
// A Ctrl-C reaches the whole group; the parent ends this process when it has measured.
process.on('SIGINT', () => undefined);
process.on('message', (message) => {
  if (!isFloorRequest(message)) return;
  switch (message.type) {
    case 'connect':
      void work(message.address);
      break;
    case 'take': {
      const startsMs = turnStarts.get(message.workflowId) ?? [];
      turnStarts.delete(message.workflowId);
      process.send?.({ type: 'turns', workflowId: message.workflowId, startsMs });
      break;
    }
  }
});

async function work(address: string): Promise<void> {
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    taskQueue: FLOOR_TASK_QUEUE,
    workflowBundle: await bundling,
    activities: createFloorActivities(turnStarts),
    // As in worker/create-worker.ts.
    maxConcurrentActivityTaskExecutions: 400,
    maxConcurrentLocalActivityExecutions: 100,
    stickyQueueScheduleToStartTimeout: '2s',
  });
  process.send?.({ type: 'ready' });
  await worker.run();
}
