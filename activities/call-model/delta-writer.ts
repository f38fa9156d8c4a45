import type { Database, Tx } from '../../db/database.ts';
import { readGuardrailConfig } from '../../db/queries/guardrail-config.ts';
import { writeDeltas } from '../../db/queries/text-delta.ts';
import { createScanWindow } from '../../domain/guardrails/scan-window.ts';
import { type AnswerPlace, createGrowingAnswer, type GrowingAnswer } from './growing-answer.ts';

/** Carries the text of answers under way in this process to the streams that ask for it. */
export interface DeltaWriter {
  /** Begins to collect an answer. `wanted`: a stream asks for it already. */
  open(place: AnswerPlace, wanted: boolean): OpenAnswer;
  /** A stream has begun to ask for a session's deltas, or none does any more. */
  setWanted(sessionId: string, wanted: boolean): void;
  /** Resolves when no write is under way. */
  close(): Promise<void>;
}

export interface OpenAnswer {
  /** Never throws, never waits: a slow Postgres slows no model. */
  append(text: string): void;
  /** Nothing is written from now on but what is on its way. */
  close(): void;
}

export interface DeltaWriterDeps {
  readonly db: Database;
  readonly notifier: { deltasWritten(sessionId: string): void };
  readonly warn: (message: string, error?: unknown) => void;
}

/** Text after a pause goes out nearly at once, what follows closely together. */
const FIRST_WAIT_MS = 10;
const LEAST_GAP_MS = 75;
const RETRY_MS = 1_000;
/** Answers in one statement. */
const BATCH = 100;

/**
 * One write at a time for the whole process, however many answers grow. A write that fails is made up for by the next,
 * which takes all that is missing; a write that never comes costs a stream its deltas and nothing else.
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
        if (!failing) deps.warn('Text deltas could not be written; the next write takes them along.', error);
        failing = true;
        for (const answer of answers) due.add(answer);
      }
    }
  }

  /** @returns what to do once it is committed */
  async function writeAnswers(tx: Tx, answers: readonly GrowingAnswer[]): Promise<(() => void)[]> {
    // The rule as it is now: one that is made stricter in the midst of an answer holds from here on.
    const phrases = [...((await readGuardrailConfig(tx)).blocked_phrases ?? [])];
    const rule = { id: JSON.stringify(phrases), window: createScanWindow(phrases) };
    const pieces = answers.flatMap((answer) => {
      const piece = answer.nextPiece(rule);
      return piece === undefined ? [] : [{ answer, piece }];
    });
    if (pieces.length === 0) return [];
    const written = new Set(
      await writeDeltas(
        tx,
        pieces.map(({ piece }) => piece),
      ),
    );
    // What was not written belongs to an attempt that is closed, or is being closed.
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
      const answer = createGrowingAnswer(place, wanted);
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
