import { Run } from '../run/run.ts';
import { createRunCore, type RunOrigin } from '../run/run-core.ts';
import { RunHandle, type RunHandleDeps } from '../run/run-handle.ts';
import type { AttachOptions, RunOptions } from '../run/run-options.ts';
import { type StartAnswer, startSession } from '../run/session-start.ts';
import type { RunRequest } from '../types.ts';
import { AgentSessions } from './agent-sessions.ts';

/** Runs of agents: starting them, following them, and finding them again. */
export class AgentRuns extends AgentSessions {
  /**
   * Starts a run at once, exactly once. Await it for the result, or iterate it for the events as they happen.
   * @throws (when awaited or iterated) ApiError when the start is refused, such as BudgetError, NotFoundError or ConflictError
   * (`no_provider`)
   */
  run(agentId: string, params: RunRequest, options: RunOptions = {}): Run {
    return new Run(this.#begin(agentId, params, options, 'stream'));
  }

  /**
   * Starts a run without following it. The handle is no promise, so an async function may return it. Events are followed, from
   * the first one on, when somebody wants them.
   * @throws ApiError when the start is refused
   */
  async start(agentId: string, params: RunRequest, options: RunOptions = {}): Promise<RunHandle> {
    const handle = new RunHandle(this.#begin(agentId, params, options, 'session'));
    await handle.started();
    return handle;
  }

  /**
   * Follows a session that somebody started, from any process. Nothing is sent until it is awaited, iterated or steered.
   * Awaited, it gives the result of the session, or of the latest exchange of a conversation that waits.
   * @throws (when awaited or iterated) NotFoundError (`session_not_found`), BadRequestError (`invalid_cursor`)
   */
  attach(sessionId: string, options: AttachOptions = {}): Run {
    return new Run(
      this.#follow({
        start: () => Promise.resolve({ sessionId, isReplayed: false }),
        isEager: false,
        mayBeBehind: true,
        after: options.after,
        abandon: new AbortController(),
        options,
        onAbort: options.onAbort ?? 'detach',
      }),
    );
  }

  #begin(agentId: string, params: RunRequest, options: RunOptions, answer: StartAnswer): RunHandleDeps {
    const abandon = new AbortController();
    const spec = { agentId, params, options, abandon: abandon.signal };
    return this.#follow({
      start: (include) => startSession(this.client, spec, answer, include),
      isEager: true,
      mayBeBehind: false,
      abandon,
      options,
      onAbort: options.onAbort ?? 'interrupt',
    });
  }

  #follow(origin: RunOrigin): RunHandleDeps {
    const requester = this.client;
    return { requester, core: createRunCore(requester, origin), include: origin.options.include ?? [] };
  }
}
