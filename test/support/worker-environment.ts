import { builtinEnvironments, type Environment } from 'vitest/runtime';

declare global {
  /** Says what is closed when the worker of Vitest ends. Vitest has no hook for that but the end of an environment. */
  var atWorkerEnd: ((close: () => Promise<unknown>) => void) | undefined;
}

/** Node's environment, with `atWorkerEnd`. */
const environment: Environment = {
  ...builtinEnvironments.node,
  name: 'worker',
  async setup(global, options) {
    const node = await builtinEnvironments.node.setup(global, options);
    const closing: (() => Promise<unknown>)[] = [];
    globalThis.atWorkerEnd = (close) => closing.push(close);
    return {
      async teardown(ended) {
        await Promise.all(closing.map((close) => close()));
        await node.teardown(ended);
      },
    };
  },
};

export default environment;
