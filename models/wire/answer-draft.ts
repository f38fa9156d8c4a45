import type { SharedV3ProviderMetadata } from '@ai-sdk/provider';
import type { JsonRecord } from '../../domain/json-record.ts';
import type { AnswerPart } from '../answer-shape.ts';
import { answerBounds, answerTooLong } from './answer-bounds.ts';

/** A tool call while its pieces come in. */
export interface DraftCall {
  name: string;
  /** JSON text, as the model wrote it. */
  rawArgs: string;
  /** True when the answer ended before the call did. */
  unfinished?: boolean;
}

/** The end that the provider gave an answer. */
export interface AnswerEnd {
  /** Its finish reason. Undefined: it ended the answer without naming one. */
  readonly reason: string | undefined;
  /** The provider's words about an answer that failed. They are not fit to be shown yet. */
  readonly words?: string | undefined;
}

/** An answer while it streams in: what the protocol readers write to. */
export interface AnswerDraft {
  readonly parts: readonly AnswerPart[];
  /** True when the first piece of an answer was there, also where it is held back and no part yet. */
  hasBegun: boolean;
  readonly calls: readonly DraftCall[];
  /** The answer's text so far. */
  readonly text: string;
  readonly reasoningCharacters: number;
  /** Set: the answer has ended, and nothing that follows changes it. */
  end: AnswerEnd | undefined;
  /** True when the protocol has nothing more to say: its last event was there. */
  over: boolean;
  /** Token counts as the provider wrote them. */
  usage: JsonRecord | undefined;
  /** True when the model refused in so many words. */
  refused: boolean;
  /** Fields of the assistant message that its own model must get back unchanged. */
  readonly message: Record<string, unknown>;
  addText(delta: string, metadata?: SharedV3ProviderMetadata): void;
  /** @param inText it was written in the text, between marks, and is not sent back */
  addReasoning(delta: string, options?: { metadata?: SharedV3ProviderMetadata | undefined; inText?: boolean }): void;
  /** All text so far turns out to be what the model thought. */
  makeTextReasoning(): void;
  /** Ends the open part: the next piece begins a part of its own. */
  closePart(): void;
  addCall(name: string, metadata?: SharedV3ProviderMetadata): DraftCall;
  /** More of the name of a call. */
  addName(call: DraftCall, piece: string): void;
  /** Counts JSON that is kept beside the text, for the model to read again. */
  countData(json: unknown): void;
  addArgs(call: DraftCall, piece: string): void;
}

export interface DraftLimits {
  readonly maxOutputTokens: number;
  readonly onText: (delta: string) => void;
  /** Called with each piece of text, of reasoning and of a call, before it is taken. */
  readonly onPiece?: (() => void) | undefined;
}

export function createAnswerDraft({ maxOutputTokens, onText, onPiece }: DraftLimits): AnswerDraft {
  const parts: AnswerPart[] = [];
  const calls: DraftCall[] = [];
  let text = '';
  let reasoningCharacters = 0;
  let open: AnswerPart | undefined;
  const bounds = answerBounds(maxOutputTokens);
  let charactersLeft = bounds.characters;
  let dataLeft = bounds.documentCharacters;

  const count = ({ length }: string) => {
    if (length > 0) onPiece?.();
    charactersLeft -= length;
    if (charactersLeft < 0) throw answerTooLong(`is far longer than ${maxOutputTokens} tokens`);
  };
  const addMetadata = (part: AnswerPart, metadata: SharedV3ProviderMetadata | undefined) => {
    if (metadata === undefined) return;
    draft.countData(metadata);
    part.metadata = {
      ...part.metadata,
      // It was JSON of the provider a moment ago; members that are undefined vanish when it is stored.
      ...(JSON.parse(JSON.stringify(metadata)) as NonNullable<AnswerPart['metadata']>),
    };
  };
  const push = <Part extends AnswerPart>(part: Part): Part => {
    if (parts.length === bounds.parts) throw answerTooLong(`has more than ${bounds.parts} parts`);
    parts.push(part);
    draft.hasBegun = true;
    open = part;
    return part;
  };

  const draft: AnswerDraft = {
    parts,
    hasBegun: false,
    calls,
    end: undefined,
    over: false,
    usage: undefined,
    refused: false,
    message: {},
    get text() {
      return text;
    },
    get reasoningCharacters() {
      return reasoningCharacters;
    },
    addText(delta, metadata) {
      if (delta === '' && metadata === undefined) return;
      count(delta);
      const part = open?.type === 'text' ? open : push<AnswerPart & { type: 'text' }>({ type: 'text', length: 0 });
      part.length += delta.length;
      addMetadata(part, metadata);
      text += delta;
      if (delta !== '') onText(delta);
    },
    addReasoning(delta, { metadata, inText } = {}) {
      if (delta === '' && metadata === undefined) return;
      count(delta);
      const same = open?.type === 'reasoning' && (open.inText === true) === (inText === true) ? open : undefined;
      const part =
        same ?? push<AnswerPart & { type: 'reasoning' }>({ type: 'reasoning', text: '', ...(inText && { inText }) });
      part.text += delta;
      reasoningCharacters += delta.length;
      addMetadata(part, metadata);
    },
    makeTextReasoning() {
      let at = 0;
      for (const [index, part] of parts.entries()) {
        if (part.type !== 'text') continue;
        parts[index] = { type: 'reasoning', text: text.slice(at, at + part.length), inText: true };
        at += part.length;
      }
      reasoningCharacters += text.length;
      text = '';
      open = undefined;
    },
    closePart() {
      open = undefined;
    },
    addCall(name, metadata) {
      if (calls.length === bounds.toolCalls) throw answerTooLong(`has more than ${bounds.toolCalls} tool calls`);
      count(name);
      const call: DraftCall = { name, rawArgs: '' };
      calls.push(call);
      addMetadata(push<AnswerPart>({ type: 'tool-call' }), metadata);
      return call;
    },
    addName(call, piece) {
      count(piece);
      call.name += piece;
    },
    countData(json) {
      dataLeft -= JSON.stringify(json).length;
      if (dataLeft < 0) throw answerTooLong('carries more data beside its text than is kept');
    },
    addArgs(call, piece) {
      count(piece);
      call.rawArgs += piece;
    },
  };
  return draft;
}
