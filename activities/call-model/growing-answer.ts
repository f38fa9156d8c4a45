import type { DeltaPiece } from '../../db/queries/text-delta.ts';
import type { ScanWindow } from '../../domain/guardrails/scan-window.ts';
import { storableText } from '../../domain/storable-text.ts';

/** Which answer it is: its attempt in the ledger, and its number among all attempts of the turn. */
export interface AnswerPlace extends Pick<DeltaPiece, 'sessionId' | 'turn' | 'selection' | 'selectionAttempt'> {
  readonly tenantId: string;
  readonly attempt: number;
  readonly afterSeq: number;
}

/** The text of one answer while a model writes it, and how much of it is in Postgres. */
export interface GrowingAnswer {
  readonly place: AnswerPlace;
  readonly wanted: boolean;
  readonly open: boolean;
  append(text: string): void;
  setWanted(wanted: boolean): void;
  /** All that may be shown and is not written; undefined when that is nothing. */
  nextPiece(rule: { readonly id: string; readonly window: ScanWindow }): DeltaPiece | undefined;
  /** The piece is committed. */
  written(piece: DeltaPiece): void;
  close(): void;
}

export function createGrowingAnswer(place: AnswerPlace, wantedAtOnce: boolean): GrowingAnswer {
  let text = '';
  let wanted = wantedAtOnce;
  let open = true;
  /** Undefined: not even the announcement. */
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
      // Readers drop what they showed of an earlier attempt as soon as there is a later one.
      const announces = writtenTo === undefined && place.attempt > 1;
      if (end === start && !announces) return undefined;
      const { sessionId, turn, selection, selectionAttempt, attempt, afterSeq } = place;
      // Cut between characters, so that the pieces together are the storable form of the whole.
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
