import { unmarkedText } from '../../domain/exact-json.ts';
import type { JsonRecord } from '../../domain/json-record.ts';
import type { AnswerDraft, DraftCall } from './answer-draft.ts';
import { indexOf, listOf, recordOf, textOf } from './loose-json.ts';
import { withLaterCounts } from './usage.ts';
import { DamagedAnswerError, inPlaceOfAnswer, ReportedError, type WireReader } from './wire-reader.ts';

type Block =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'call'; readonly call: DraftCall; readonly input: string; hasPieces: boolean }
  /** Blocks of tools that run at the provider, which are never asked for, and kinds that are yet to come. */
  | { readonly kind: 'other' };

const OWN_TYPES = /^(?:message|content_block)/;

/** Anthropic's Messages: content blocks with a beginning and an end, then the stop reason, then `message_stop`. */
export function createAnthropicMessagesReader(draft: AnswerDraft): WireReader {
  const open = new Map<number, Block>();
  /** Calls that had not ended when the answer did, and those that ended without any piece of their arguments. */
  const lacking = new Map<number, Block & { kind: 'call' }>();
  let last = -1;

  function take(document: unknown, event: string | undefined): void {
    const body = recordOf(document);
    if (body === undefined) return;
    const type = textOf(body.type) ?? event;
    if (draft.end === undefined && (type === 'error' || (type === undefined && body.error != null))) {
      throw new ReportedError(body.error);
    }
    switch (type) {
      case 'message_start':
        addUsage(recordOf(body.message)?.usage);
        break;
      case 'content_block_start':
        if (draft.end === undefined) start(indexOf(body.index) ?? last + 1, recordOf(body.content_block));
        break;
      case 'content_block_delta':
        if (draft.end === undefined) add(indexOf(body.index) ?? last, recordOf(body.delta));
        else addLate(indexOf(body.index) ?? last, recordOf(body.delta));
        break;
      case 'content_block_stop':
        if (draft.end === undefined) stop(indexOf(body.index) ?? last);
        break;
      case 'message_delta':
        addUsage(body.usage);
        finish(textOf(recordOf(body.delta)?.stop_reason));
        break;
      case 'message_stop':
        end(undefined);
        draft.over = true;
        break;
      default:
        break;
    }
  }

  function start(index: number, block: JsonRecord | undefined): void {
    last = index;
    if (open.has(index)) throw new DamagedAnswerError('a block of the answer began twice');
    draft.closePart();
    switch (block?.type) {
      case 'text':
        open.set(index, { kind: 'text' });
        draft.addText(textOf(block.text) ?? '');
        break;
      case 'thinking':
        open.set(index, { kind: 'thinking' });
        draft.addReasoning(textOf(block.thinking) ?? '', { metadata: signatureOf(block.signature) });
        break;
      case 'redacted_thinking':
        open.set(index, { kind: 'other' });
        draft.addReasoning('', { metadata: { anthropic: { redactedData: textOf(block.data) ?? '' } } });
        break;
      case 'tool_use': {
        const input = typeof block.input === 'string' ? block.input : unmarkedText(block.input ?? {});
        const call = draft.addCall(textOf(block.name) ?? '');
        open.set(index, { kind: 'call', call, input, hasPieces: false });
        break;
      }
      default:
        open.set(index, { kind: 'other' });
    }
  }

  function add(index: number, delta: JsonRecord | undefined): void {
    const block = open.get(index);
    const type = textOf(delta?.type);
    if (delta === undefined || type === undefined) return;
    if (block === undefined && (type === 'input_json_delta' || type === 'text_delta' || type === 'thinking_delta')) {
      throw new DamagedAnswerError('a piece of the answer belongs to no block of it');
    }
    if (type === 'text_delta') draft.addText(textOf(delta.text) ?? '');
    if (type === 'thinking_delta') draft.addReasoning(textOf(delta.thinking) ?? '');
    if (type === 'signature_delta' && block?.kind === 'thinking') {
      draft.addReasoning('', { metadata: signatureOf(delta.signature) });
    }
    if (type === 'input_json_delta' && block?.kind === 'call') {
      const piece = delta.partial_json;
      if (piece == null || piece === '') return;
      block.hasPieces = true;
      draft.addArgs(block.call, typeof piece === 'string' ? piece : unmarkedText(piece));
    }
  }

  /** A piece behind the end of the answer: a call must not be run with half of its arguments. */
  function addLate(index: number, delta: JsonRecord | undefined): void {
    const block = lacking.get(index);
    const piece = delta?.partial_json;
    if (block === undefined || piece == null || piece === '') return;
    block.call.unfinished = false;
    draft.addArgs(block.call, typeof piece === 'string' ? piece : unmarkedText(piece));
  }

  function stop(index: number): void {
    const block = open.get(index);
    open.delete(index);
    draft.closePart();
    if (block?.kind !== 'call' || block.hasPieces) return;
    // Some servers send the whole input with the beginning of its block.
    if (block.input !== '{}') draft.addArgs(block.call, block.input);
    else lacking.set(index, block);
  }

  function finish(reason: string | undefined): void {
    if (reason !== undefined) end(reason);
  }

  function end(reason: string | undefined): void {
    if (draft.end !== undefined) return;
    for (const [index, block] of [...open]) {
      if (block.kind === 'call') {
        block.call.unfinished = !block.hasPieces && block.input === '{}';
        lacking.set(index, block);
      }
      stop(index);
    }
    draft.end = { reason };
  }

  function addUsage(value: unknown): void {
    const usage = recordOf(value);
    if (usage !== undefined) draft.usage = withLaterCounts(draft.usage, usage);
  }

  return {
    take,
    takeWhole(document) {
      const body = recordOf(document);
      if (body === undefined) return;
      if (body.error != null) throw new ReportedError(body.error, { inPlaceOfAnswer: true });
      const text = textOf(body.content);
      if (text === undefined && !Array.isArray(body.content)) throw inPlaceOfAnswer(body);
      for (const block of text === undefined ? listOf(body.content) : [{ type: 'text', text }]) {
        start(last + 1, recordOf(block));
        stop(last);
      }
      addUsage(body.usage);
      end(textOf(body.stop_reason));
    },
    isOwn: (document, event) => OWN_TYPES.test(textOf(recordOf(document)?.type) ?? event ?? ''),
  };
}

function signatureOf(signature: unknown) {
  const text = textOf(signature);
  return text === undefined ? undefined : { anthropic: { signature: text } };
}
