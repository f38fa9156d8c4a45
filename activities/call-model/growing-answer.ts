import type { DeltaPiece } from '../../db/queries/text-delta.ts';
import type { ShownPart } from '../../domain/guardrails/scan-window.ts';
import { storableText } from '../../domain/storable-text.ts';
import type { ReadPart } from '../../evaluation/scan-window.ts';

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
  nextPiece(rule: { readonly id: string; readonly read: ReadPart }): Promise<DeltaPiece | undefined>;
  /** Tells that the piece is committed. */
  written(piece: DeltaPiece): void;
  close(): void;
}

/** The state of the reading of the next part, where that is read without holding up other answers. */
type Reading =
  | { readonly kind: 'none' | 'under_way' | 'given_up' }
  | { readonly kind: 'read'; readonly by: string; readonly from: number; readonly part: ShownPart };

/** @param onRead called when a part was read that nobody waited for */
export function createGrowingAnswer(place: AnswerPlace, wantedAtOnce: boolean, onRead: () => void): GrowingAnswer {
  let text = '';
  let wanted = wantedAtOnce;
  let open = true;
  /** The part of the text that was shown. Undefined when not even the attempt was announced. */
  let shown: string | undefined;
  /** The end of the decided part of the text, and the text that is shown for that part, by the rules of that id. */
  let decided = { by: '', upTo: 0, shown: '' };
  let reading: Reading = { kind: 'none' };

  /** The part from a place on, as far as it is known at once. What was given up once is not tried again: no more is shown. */
  async function partFrom(from: number, by: string, read: ReadPart): Promise<ShownPart> {
    const nothing = { upTo: from, shown: '' };
    if (reading.kind === 'under_way' || reading.kind === 'given_up') return nothing;
    if (reading.kind === 'read' && reading.by === by && reading.from === from) {
      const { part } = reading;
      reading = { kind: 'none' };
      return part;
    }
    const next = read(text, from);
    if (next.kind === 'here') return next.part;
    reading = { kind: 'under_way' };
    next.part
      .then(
        (part): Reading => (part === undefined ? { kind: 'given_up' } : { kind: 'read', by, from, part }),
        (): Reading => ({ kind: 'none' }),
      )
      .then((now) => {
        reading = now;
        if (now.kind === 'read' && open) onRead();
      });
    return nothing;
  }

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
    async nextPiece({ id, read }) {
      // Other rules read the text from its beginning. If what they leave differs from what was shown, no more is shown.
      const before = decided.by === id ? decided : { by: id, upTo: 0, shown: '' };
      const part = await partFrom(before.upTo, id, read);
      decided = { by: id, upTo: part.upTo, shown: before.shown + part.shown };
      const start = shown?.length ?? 0;
      const end = Math.max(start, decided.shown.startsWith(shown ?? '') ? decided.shown.length : 0);
      // Readers drop the text of an earlier attempt as soon as a later one is announced.
      const announces = shown === undefined && place.attempt > 1;
      if (end === start && !announces) return undefined;
      const { sessionId, turn, selection, selectionAttempt, attempt, afterSeq } = place;
      // The cut is between two characters, so the pieces together are the storable form of the whole text.
      const piece = storableText(decided.shown.slice(start, end));
      return { sessionId, turn, selection, selectionAttempt, attempt, afterSeq, start, end, text: piece };
    },
    written({ end }) {
      shown = decided.shown.slice(0, end);
    },
    close() {
      open = false;
      text = '';
    },
  };
}
