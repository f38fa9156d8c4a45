import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line names that is written during a stage. The fields mean what they mean in log-line.ts. */
export interface LogContext {
  readonly tenant_id: string;
  readonly session_id: string;
  readonly turn?: number | undefined;
  readonly request_id?: string | undefined;
  /** The run of the workflow, as Temporal's own interface shows it. */
  readonly temporal_run_id?: string | undefined;
}

/** `over`: the work has ended. What it left behind, such as a connection that others use now, writes lines that are not about it. */
interface Held {
  readonly context: LogContext;
  over: boolean;
}

const storage = new AsyncLocalStorage<Held>();

/** Does the work. Until it has ended, every line that it writes names the context. */
export async function withLogContext<Result>(context: LogContext, work: () => Promise<Result>): Promise<Result> {
  const held: Held = { context, over: false };
  try {
    return await storage.run(held, work);
  } finally {
    held.over = true;
  }
}

/** Does what concerns the whole process, although it may have been caused by the work of one session. */
export function withoutLogContext<Result>(work: () => Result): Result {
  return storage.exit(work);
}

/** The fields of a line with those of the context. A line about another session stays as it is, and so does what a line says itself. */
export function withContext(line: object): object {
  const held = storage.getStore();
  if (held === undefined || held.over) return line;
  const { context } = held;
  const said = Object.fromEntries(Object.entries(line).filter(([, value]) => value !== undefined));
  const { session_id: sessionId = context.session_id, tenant_id: tenantId = context.tenant_id } = said;
  return sessionId === context.session_id && tenantId === context.tenant_id ? { ...context, ...said } : line;
}
