import type { DeltaPiece } from '../../db/queries/text-delta.ts';
import type { ScanWindow } from '../../domain/guardrails/scan-window.ts';
import { storableText } from '../../domain/storable-text.ts';

/** Names an answer: its attempt in the ledger, and the number of that attempt among all of the turn. */
export interface AnswerPlace extends Pick<DeltaPiece, 'sessionId' | 'turn' | 'selection' | 'selectionAttempt'> {
  readonly tenantId: string;
  readonly attempt: number;
  readonly afterSeq: number;
}

/** The text of one answer while a model writes it. It knows how much of the text is in Postgres. */
export interface GrowingAnswer {
  readonly place: AnswerPlace;
  readonly wanted: boolean;
  readonly open: boolean;
  append(text: string): void;
  setWanted(wanted: boolean): void;
  /** All text that may be shown and is not written yet. Undefined when there is none. */
  nextPiece(rule: { readonly id: string; readonly window: ScanWindow }): DeltaPiece | undefined;
  /** Tells that the piece is committed. */
  written(piece: DeltaPiece): void;
  close(): void;
}

export function createGrowingAnswer(place: AnswerPlace, wantedAtOnce: boolean): GrowingAnswer {
  let text = '';
  let wanted = wantedAtOnce;
  let open = true;
  /** How much is written. Undefined when not even the attempt was announced. */
  let writtenTo: number | undefined;
  let scannedBy: string | undefined;

  return {
    place,
    get wanted() {
      return wanted;
    },
    get open() {
      return open;
    },
    append(piece) {
      text += piece;
    },
    setWanted(value) {
      wanted = value;
    },
    nextPiece({ id, window }) {
      const start = writtenTo ?? 0;
      const end = window(text, start, scannedBy === id ? start : 0);
      scannedBy = id;
      // Readers drop the text of an earlier attempt as soon as a later one is announced.
      const announces = writtenTo === undefined && place.attempt > 1;
      if (end === start && !announces) return undefined;
      const { sessionId, turn, selection, selectionAttempt, attempt, afterSeq } = place;
      // The cut is between two characters, so the pieces together are the storable form of the whole text.
      const piece = storableText(text.slice(start, end));
      return { sessionId, turn, selection, selectionAttempt, attempt, afterSeq, start, end, text: piece };
    },
    written({ end }) {
      writtenTo = end;
    },
    close() {
      open = false;
      text = '';
    },
  };
}
