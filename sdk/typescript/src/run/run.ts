import { RunHandle } from './run-handle.ts';
import type { RunResult } from './run-result.ts';

/** A run that is both a promise of its result and the sequence of its events. Unless somebody waits for it, it fails silently. */
export class Run extends RunHandle implements Promise<RunResult> {
  readonly [Symbol.toStringTag] = 'Run';

  then<A = RunResult, B = never>(
    onFulfilled?: ((value: RunResult) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<RunResult | B> {
    return this.result().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<RunResult> {
    return this.result().finally(onFinally);
  }
}
