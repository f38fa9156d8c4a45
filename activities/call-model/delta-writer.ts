import type { Database, Tx } from '../../db/database.ts';
import { guardrailsOfSessions } from '../../db/queries/guardrail-config.ts';
import { type DeltaPiece, writeDeltas } from '../../db/queries/text-delta.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import type { Evaluator } from '../../evaluation/evaluator.ts';
import { createReadPart, type ReadPart } from '../../evaluation/scan-window.ts';
import { type AnswerPlace, createGrowingAnswer, type GrowingAnswer } from './growing-answer.ts';

/** Brings the text of answers that are being written in this process to the streams that ask for it. */
export interface DeltaWriter {
  /** Begins to collect an answer. @param wanted true when a stream asks for it already */
  open(place: AnswerPlace, wanted: boolean): OpenAnswer;
  /** Tells that a stream has begun to ask for a session's deltas, or that none does any more. */
  setWanted(sessionId: string, wanted: boolean): void;
  /** Resolves when no write is under way. */
  close(): Promise<void>;
}

export interface OpenAnswer {
  /** Never throws and never waits: a slow Postgres slows down no model. */
  append(text: string): void;
  /** Stops collecting. Only a write that is under way is still finished. */
  close(): void;
}

export interface DeltaWriterDeps {
  readonly db: Database;
  readonly notifier: { deltasWritten(sessionId: string): void };
  /** Reads long parts of answers. */
  readonly evaluator: Pick<Evaluator, 'of'>;
  readonly warn: (message: string, error?: unknown) => void;
}

/** The function with which a configuration reads an answer. A later configuration has another id. */
function readerOf(layers: GuardrailLayers, evaluate: Evaluate): { readonly id: string; readonly read: ReadPart } {
  const { id, rules } = compiledRules(layers);
  return { id, read: createReadPart(rules, evaluate) };
}

/** The first text after a pause is written almost at once, later text in batches. */
const FIRST_WAIT_MS = 10;
const LEAST_GAP_MS = 75;
const RETRY_MS = 1_000;
/** How many answers one statement writes. */
const BATCH = 100;

/**
 * The process makes one write at a time, however many answers grow. After a write that failed the next one takes all
 * that is missing. If no write succeeds, streams miss their deltas and nothing else.
 */
export function createDeltaWriter(deps: DeltaWriterDeps): DeltaWriter {
  const bySession = new Map<string, Set<GrowingAnswer>>();
  const due = new Set<GrowingAnswer>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let wroteAtMs = 0;
  let failing = false;
  let closed = false;

  function schedule(): void {
    if (timer !== undefined || writing !== undefined || closed || due.size === 0) return;
    const gapMs = failing ? RETRY_MS : LEAST_GAP_MS;
    timer = setTimeout(
      () => {
        timer = undefined;
        writing = write().finally(() => {
          writing = undefined;
          schedule();
        });
      },
      Math.max(FIRST_WAIT_MS, wroteAtMs + gapMs - Date.now()),
    );
  }

  async function write(): Promise<void> {
    wroteAtMs = Date.now();
    const batch = [...due].slice(0, BATCH);
    for (const answer of batch) due.delete(answer);
    const byTenant = new Map<string, GrowingAnswer[]>();
    for (const answer of batch.filter(({ wanted, open }) => wanted && open)) {
      const { tenantId } = answer.place;
      byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), answer]);
    }
    for (const [tenantId, answers] of byTenant) {
      try {
        const written = await deps.db.transaction(tenantId, (tx) => writeAnswers(tx, answers));
        for (const settle of written) settle();
        failing = false;
      } catch (error) {
        if (!failing) deps.warn('Text deltas could not be written. The next write includes them.', error);
        failing = true;
        for (const answer of answers) due.add(answer);
      }
    }
  }

  /** @returns what must be done once the transaction is committed */
  async function writeAnswers(tx: Tx, answers: readonly GrowingAnswer[]): Promise<(() => void)[]> {
    // The rules are read each time: if they become stricter in the middle of an answer, they apply from here on.
    const configured = await guardrailsOfSessions(
      tx,
      answers.map(({ place }) => place.sessionId),
    );
    const pieces: { answer: GrowingAnswer; piece: DeltaPiece }[] = [];
    for (const answer of answers) {
      const layers = configured.get(answer.place.sessionId);
      const piece = layers && (await answer.nextPiece(readerOf(layers, deps.evaluator.of(tx.tenantId))));
      if (piece !== undefined) pieces.push({ answer, piece });
    }
    if (pieces.length === 0) return [];
    const written = new Set(
      await writeDeltas(
        tx,
        pieces.map(({ piece }) => piece),
      ),
    );
    // A piece that was not written belongs to an attempt that is closed, or is being closed.
    return pieces
      .filter(({ piece }) => written.has(piece.sessionId))
      .map(({ answer, piece }) => () => {
        answer.written(piece);
        deps.notifier.deltasWritten(piece.sessionId);
      });
  }

  function wake(answer: GrowingAnswer): void {
    due.add(answer);
    schedule();
  }

  return {
    open(place, wanted) {
      const answer = createGrowingAnswer(place, wanted, () => wake(answer));
      const ofSession = bySession.get(place.sessionId) ?? new Set();
      ofSession.add(answer);
      bySession.set(place.sessionId, ofSession);
      // A later attempt announces itself before it has any text.
      if (wanted) wake(answer);
      return {
        append(text) {
          answer.append(text);
          if (answer.wanted) wake(answer);
        },
        close() {
          answer.close();
          due.delete(answer);
          ofSession.delete(answer);
          if (ofSession.size === 0 && bySession.get(place.sessionId) === ofSession) bySession.delete(place.sessionId);
        },
      };
    },
    setWanted(sessionId, wanted) {
      for (const answer of bySession.get(sessionId) ?? []) {
        const begins = wanted && !answer.wanted;
        answer.setWanted(wanted);
        if (begins) wake(answer);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await writing;
    },
  };
}
