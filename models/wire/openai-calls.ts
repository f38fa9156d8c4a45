import type { SharedV3ProviderMetadata } from '@ai-sdk/provider';
import { unmarkedText } from '../../domain/exact-json.ts';
import { answerTooLong } from './answer-bounds.ts';
import type { AnswerDraft, DraftCall } from './answer-draft.ts';
import { idOf, indexOf, recordOf, textOf } from './loose-json.ts';

/** Arguments of a real call are looked at some hundred times, when the server sends a piece for each token. */
const MOST_PARSED_CHARACTERS = 32 * 1024 * 1024;

interface Slot {
  readonly call: DraftCall;
  readonly id: string | undefined;
  /** Arguments that came as an object: whole, unless pieces of text follow. */
  whole: string | undefined;
}

export interface OpenAiCalls {
  readonly take: (piece: unknown) => void;
  /** A piece behind the end of the answer: it may complete a call, and begins none. */
  readonly takeLate: (piece: unknown) => void;
  /** Every piece is in. */
  readonly close: () => void;
}

/**
 * The pieces of OpenAI-style tool calls, put together. A piece belongs to a call by its index, else by its id, else it
 * continues the call before it. Servers leave out each of them, send numbers for texts and texts for numbers, give all
 * calls of an answer the index 0, and put arguments as an object where their text belongs.
 */
export function createOpenAiCalls(draft: AnswerDraft): OpenAiCalls {
  const slots: Slot[] = [];
  const byIndex = new Map<number, Slot>();
  const byId = new Map<string, Slot>();
  let charactersToParse = MOST_PARSED_CHARACTERS;
  let last: Slot | undefined;

  function slotOf(index: number | undefined, id: string | undefined, name: string | undefined): Slot | undefined {
    if (index !== undefined) {
      const slot = byIndex.get(index);
      const another = slot !== undefined && id !== undefined && slot.id !== undefined && slot.id !== id;
      return another && name !== undefined ? undefined : slot;
    }
    if (id !== undefined) return byId.get(id);
    if (name === undefined) return last;
    const continues = last !== undefined && last.call.name === name && argsOf(last) !== '' && !isComplete(argsOf(last));
    return continues ? last : undefined;
  }

  /** True for arguments that are whole before the next piece comes. They are looked at with each of them. */
  function isComplete(args: string): boolean {
    if (!args.endsWith('}') && !args.trimEnd().endsWith('}')) return false;
    charactersToParse -= args.length;
    if (charactersToParse < 0) throw answerTooLong('repeats the name of a call with each of its pieces');
    return isWhole(args);
  }

  function take(value: unknown): void {
    const piece = recordOf(value);
    if (piece === undefined) return;
    // A few servers leave out the `function` around name and arguments.
    const named = recordOf(piece.function) ?? piece;
    const id = idOf(piece.id);
    const index = indexOf(piece.index);
    const name = textOf(textOf(named.name)?.trim());
    const args = named.arguments ?? named.parameters;
    let slot = slotOf(index, id, name);
    if (slot === undefined) {
      if (name === undefined && id === undefined && args == null) return;
      slot = { call: draft.addCall(name ?? '', signatureOf(piece)), id, whole: undefined };
      slots.push(slot);
      if (index !== undefined) byIndex.set(index, slot);
      if (id !== undefined) byId.set(id, slot);
    } else if (name !== undefined && name !== slot.call.name && (slot.call.name === '' || argsOf(slot) === '')) {
      draft.addName(slot.call, name);
    }
    last = slot;
    if (typeof args === 'string') {
      draft.addArgs(slot.call, args);
      if (args !== '') slot.whole = undefined;
    } else if (args != null) slot.whole = unmarkedText(args);
  }

  return {
    take,
    takeLate(value) {
      const piece = recordOf(value);
      const args = recordOf(piece?.function)?.arguments;
      const slot = slotOf(indexOf(piece?.index), idOf(piece?.id), undefined);
      if (slot !== undefined && typeof args === 'string') draft.addArgs(slot.call, args);
    },
    close() {
      for (const slot of slots) {
        if (slot.whole !== undefined) draft.addArgs(slot.call, slot.whole);
        slot.whole = undefined;
      }
      for (const { call } of slots) {
        // Some servers begin with an empty object and then send the real one.
        if (call.rawArgs.startsWith('{}') && isWhole(call.rawArgs.slice(2))) call.rawArgs = call.rawArgs.slice(2);
      }
    },
  };
}

function argsOf({ call, whole }: Slot): string {
  return whole ?? call.rawArgs;
}

function isWhole(json: string): boolean {
  try {
    return recordOf(JSON.parse(json)) !== undefined;
  } catch {
    return false;
  }
}

/** Gemini's thought signature, behind OpenAI-style endpoints. */
function signatureOf(piece: Readonly<Record<string, unknown>>): SharedV3ProviderMetadata | undefined {
  const signature = textOf(recordOf(recordOf(piece.extra_content)?.google)?.thought_signature);
  return signature === undefined ? undefined : { google: { thoughtSignature: signature } };
}
