import { withoutLogContext } from '../../processes/log-context.ts';
import { type Span, spansOf } from '../spans.ts';
import type { TakeTraceFact, TraceFact } from '../trace-fact.ts';
import { idsOfRun, isSampled } from '../trace-ids.ts';
import type { TracedTurn } from '../traced-turn.ts';

/** Reads what the spans of a fact are made of. */
export type ReadTracedTurn = (tenantId: string, fact: TraceFact) => Promise<TracedTurn>;

export interface TraceSender {
  readonly take: TakeTraceFact;
  /** Resolves when everything that was taken is sent or given up. */
  drained(): Promise<void>;
}

/** Beyond these, facts are dropped: sessions never wait for traces. */
const WAITING_FACTS = 2_000;
const READS_AT_ONCE = 2;

/** Makes spans of facts, beside the sessions: few reads at once, and none that somebody waits for. */
export function createTraceSender(deps: {
  readonly read: ReadTracedTurn;
  readonly send: (span: Span) => void;
  /** The share of all traces that are sent, from 0 to 1. */
  readonly share: number;
  readonly lost: (why: { readonly because: string; readonly error?: unknown }) => void;
}): TraceSender {
  const waiting: { readonly fact: TraceFact; readonly tenantId: string }[] = [];
  let reading = 0;
  let drained: (() => void)[] = [];

  async function readOne({ fact, tenantId }: { readonly fact: TraceFact; readonly tenantId: string }): Promise<void> {
    try {
      for (const span of spansOf(fact, await deps.read(tenantId, fact))) deps.send(span);
    } catch (error) {
      deps.lost({ because: 'its rows could not be read', error });
    }
  }

  function readOn(): void {
    while (reading < READS_AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) break;
      reading += 1;
      void readOne(next).finally(() => {
        reading -= 1;
        readOn();
      });
    }
    if (reading > 0) return;
    for (const done of drained) done();
    drained = [];
  }

  return {
    take(fact, tenantId) {
      if (!isSampled(idsOfRun(fact.run), deps.share)) return;
      if (waiting.length >= WAITING_FACTS) {
        deps.lost({ because: 'too many wait' });
        return;
      }
      waiting.push({ fact, tenantId });
      // What is read and sent now may concern other sessions.
      withoutLogContext(readOn);
    },
    drained() {
      return new Promise((resolve) => {
        drained.push(resolve);
        readOn();
      });
    },
  };
}
