import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HistoryAndWorkflowId } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type { AskedCommand } from './asked-command.ts';
import { commandsBehind, firstDifference, type HistoryEvent } from './recorded-commands.ts';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/', import.meta.url));
const TRACE = fileURLToPath(new URL('./command-trace.ts', import.meta.url));

/** A history that this build does not replay. */
export interface Disagreement {
  /** The id of a session or of a bulk job. */
  readonly workflowId: string;
  /** The event at which history and code part. Undefined: the history ends where the code asks for more. */
  readonly event: { readonly id: number; readonly holds: string } | undefined;
  /** What the code asks for instead. Undefined: nothing more. */
  readonly asks: string | undefined;
  /** The line that asks for it, or else the last line that asked for anything. Undefined: none did. */
  readonly line: string | undefined;
  /** What the SDK says of it. */
  readonly says: string;
}

export interface ReplayReport {
  readonly replayed: number;
  readonly disagreements: readonly Disagreement[];
}

/**
 * Replays histories on the workflow code of this build. A session whose history does not replay stands still once this build
 * serves it (I7).
 * @param workflowsDir the folder of the workflow code. Default: ours
 */
export async function replayHistories(
  histories: AsyncIterable<HistoryAndWorkflowId> | Iterable<HistoryAndWorkflowId>,
  workflowsDir: string = WORKFLOWS,
): Promise<ReplayReport> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: path.join(workflowsDir, 'index.ts'),
    workflowInterceptorModules: [TRACE],
    logger: new DefaultLogger('ERROR'),
  });
  const lineOf = (stack: string) => lineIn(workflowsDir, stack);
  // By Temporal's run ids, because a session that continued as new has several histories.
  const underWay = new Map<string, readonly HistoryEvent[]>();
  const asked = new Map<string, AskedCommand[]>();
  async function* kept() {
    for await (const each of histories) {
      const events = eventsOf(each);
      const temporalRunId = events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId;
      if (temporalRunId != null) underWay.set(temporalRunId, events);
      yield each;
    }
  }
  const sinks = {
    commandTrace: {
      asked: {
        callDuringReplay: true,
        fn({ runId }: { runId: string }, command: AskedCommand) {
          // Only the last workflow task matters.
          const before = asked.get(runId)?.filter(({ behindEvent }) => behindEvent === command.behindEvent) ?? [];
          asked.set(runId, [...before, command]);
        },
      },
    },
  };
  const disagreements: Disagreement[] = [];
  let replayed = 0;
  for await (const { workflowId, runId, error } of Worker.runReplayHistories({ workflowBundle, sinks }, kept())) {
    replayed += 1;
    if (error !== undefined) {
      const facts = { events: underWay.get(runId) ?? [], commands: asked.get(runId) ?? [] };
      disagreements.push(disagreementOf({ workflowId, says: wordsOf(error), ...facts }, lineOf));
    }
    asked.delete(runId);
    underWay.delete(runId);
  }
  return { replayed, disagreements };
}

/** The SDK wraps what its core says into the text of a structure. */
function wordsOf({ message }: Error): string {
  return /\bmessage: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message.split('\n')[0] ?? message;
}

/** Finds the line of workflow code that a stack goes through. The frames above it are of the SDK. */
function lineIn(workflowsDir: string, stack: string): string | undefined {
  const parent = path.dirname(path.resolve(workflowsDir));
  const at = stack.indexOf(`${path.resolve(workflowsDir)}${path.sep}`);
  return at === -1 ? undefined : /^[^:\n]+:\d+/.exec(stack.slice(at + parent.length + 1))?.[0];
}

/** Client and worker may have a copy of the types of a history each. */
function eventsOf({ history }: HistoryAndWorkflowId): readonly HistoryEvent[] {
  return (history as { readonly events?: readonly HistoryEvent[] | null }).events ?? [];
}

function disagreementOf(
  {
    workflowId,
    says,
    events,
    commands,
  }: Pick<Disagreement, 'workflowId' | 'says'> & {
    readonly events: readonly HistoryEvent[];
    readonly commands: readonly AskedCommand[];
  },
  lineOf: (stack: string) => string | undefined,
): Disagreement {
  const last = commands.at(-1);
  const difference = firstDifference(commandsBehind(events, last?.behindEvent ?? 0), commands);
  const { recorded, asked } = difference ?? { recorded: undefined, asked: undefined };
  const shownBy = asked ?? last;
  return {
    workflowId,
    event: recorded && { id: recorded.eventId, holds: named(recorded) },
    asks: asked && named(asked),
    line: shownBy && lineOf(shownBy.stack),
    says,
  };
}

function named({ kind, name }: Pick<AskedCommand, 'kind' | 'name'>): string {
  return name === '' ? kind : `${kind} ${name}`;
}

/** A disagreement as text for a person. */
export function describeDisagreement({ workflowId, event, asks, line, says }: Disagreement): string {
  const there = event === undefined ? 'the history holds nothing more' : `event ${event.id} holds ${event.holds}`;
  const here = asks === undefined ? 'the code asks for nothing more' : `the code asks for ${asks}`;
  const where = line === undefined ? '' : asks === undefined ? ` (it asked last at ${line})` : ` at ${line}`;
  return `${workflowId}: ${there}, but ${here}${where}.\n  ${says}`;
}
