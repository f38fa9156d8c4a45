import fc from 'fast-check';
import { debitOf, outcomeOfAnswer, outcomeOfFailure } from '../../domain/attempt-outcome.ts';
import { createCallModelOnce } from '../../models/call-model-once.ts';
import { type ModelAnswer, ModelCallError } from '../../models/model-call.ts';
import { flatRates } from '../support/arms.ts';
import { kindOfProtocol } from '../support/kind-of-protocol.ts';
import { isHarmless, type Mutation, mutated, mutation, piecesOf } from './mutation.ts';
import { TOOLS, type WireShape } from './wire-shape.ts';
import { wireShapes } from './wire-shapes.ts';

type Outcome = { readonly answer: ModelAnswer } | { readonly failure: ModelCallError };

const MAX_OUTPUT_TOKENS = 300;
const RESERVED_NANO = 1_000_000n;
const rates = flatRates(1_000_000n);

/** It counts at the beginning only. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Streams that are understood as they stand. */
const bases = wireShapes.filter(
  ({ body, is, contentType, afterwards, saysMoreBehindItsEnd }) =>
    !('fails' in is) &&
    contentType === undefined &&
    afterwards === undefined &&
    saysMoreBehindItsEnd === undefined &&
    body.length > 1 &&
    body[0] !== BYTE_ORDER_MARK,
);

/** The response is made in this process: thousands of them need no sockets, and what is read is the same. */
async function outcomeOf(shape: WireShape, pieces: readonly Uint8Array[]): Promise<Outcome> {
  const callModelOnce = createCallModelOnce({
    fetch: async () =>
      new Response(
        new ReadableStream({
          start(controller) {
            for (const piece of pieces) controller.enqueue(piece);
            controller.close();
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
  });
  try {
    const answer = await callModelOnce({
      target: {
        provider: 'p',
        kind: kindOfProtocol[shape.protocol],
        model: 'm',
        protocol: shape.protocol,
        baseUrl: 'http://127.0.0.1:9',
        apiKey: 'k-secret',
      },
      system: '',
      messages: [{ role: 'user', text: 'Hello' }],
      tools: TOOLS.map((name) => ({ name, description: 'x', inputSchema: { type: 'object' } })),
      maxOutputTokens: MAX_OUTPUT_TOKENS,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
      mayBeEmpty: shape.mayBeEmpty,
    });
    return { answer };
  } catch (failure) {
    if (failure instanceof ModelCallError) return { failure };
    throw failure;
  }
}

/** A response that is both out of order and cut off may lack arguments without a trace. One fault at a time is tried. */
function isOneFault(mutations: readonly Mutation[]): boolean {
  return !(mutations.some(({ kind }) => kind === 'truncate') && mutations.some(({ kind }) => kind === 'swap'));
}

/** Mutates the wire shapes and checks what must hold whatever a server sends. Throws with the seed and the smallest case. */
export async function fuzzWire(options: { readonly seed: number; readonly runs: number }): Promise<void> {
  const property = fc.asyncProperty(
    fc.constantFrom(...bases),
    fc.array(mutation, { minLength: 1, maxLength: 4 }).filter(isOneFault),
    async (shape, mutations) => {
      const whole = await outcomeOf(shape, piecesOf(shape.body, []));
      const outcome = await outcomeOf(shape, piecesOf(mutated(shape.body, mutations), mutations));
      checkAccounted(outcome);
      if (!shape.ambiguousCalls) checkCalls(whole, outcome);
      if (mutations.every(isHarmless)) checkSame(whole, outcome);
      await checkBehindTheEnd(shape, mutations, whole);
      await checkBeforeTheEnd(shape, mutations);
    },
  );
  await fc.assert(property, { seed: options.seed, numRuns: options.runs });
}

/** No attempt is unaccounted: each costs something definite, between nothing and its reservation and what was reported. */
function checkAccounted(outcome: Outcome): void {
  const own = { inputTokens: 10, outputTokens: 5 };
  const most = (bytes: { sent: number; received: number }) => ({
    requestBytes: bytes.sent,
    outputTokens: Math.min(bytes.received, MAX_OUTPUT_TOKENS),
  });
  const money =
    'answer' in outcome
      ? outcomeOfAnswer(rates, outcome.answer.usage, { ...own, most: most(outcome.answer.wireBytes) })
      : outcomeOfFailure(rates, outcome.failure, {
          ...own,
          most: outcome.failure.wireBytes && most(outcome.failure.wireBytes),
        });
  const { costNano } = debitOf(RESERVED_NANO, money);
  // A request was sent: nothing but an error in place of an answer is free.
  if (costNano <= 0n) throw new Error(`an attempt that cost ${costNano}`);
}

/** No tool is run from a damaged answer: what would be run is what the model wrote. */
function checkCalls(whole: Outcome, outcome: Outcome): void {
  if (!('answer' in outcome) || !('answer' in whole)) return;
  if (outcome.answer.finishReason !== 'tool-calls') return;
  const written = new Set(whole.answer.toolCalls.map(({ name, args }) => JSON.stringify([name, args])));
  for (const { name, args } of outcome.answer.toolCalls) {
    if (args === undefined) continue;
    const call = JSON.stringify([name, args]);
    if (!written.has(call)) throw new Error(`${call} would be run, and the model never wrote it`);
  }
}

function checkSame(whole: Outcome, outcome: Outcome): void {
  const before = saidBy(whole);
  const after = saidBy(outcome);
  if (before !== after) throw new Error(`the same answer was read as\n${after}\nand not as\n${before}`);
}

/** No answer is lost behind its end, whatever happens there. */
async function checkBehindTheEnd(shape: WireShape, mutations: readonly Mutation[], whole: Outcome): Promise<void> {
  const end = await lengthToEnd(shape);
  const behind = mutated(shape.body.slice(end), mutations);
  const outcome = await outcomeOf(shape, piecesOf([...shape.body.slice(0, end), ...behind], mutations));
  checkSame(whole, outcome);
}

/** Half an answer is none. */
async function checkBeforeTheEnd(shape: WireShape, mutations: readonly Mutation[]): Promise<void> {
  const end = await lengthToEnd(shape);
  for (const each of mutations) {
    if (each.kind !== 'truncate') continue;
    const half = mutated(shape.body.slice(0, end), [{ ...each, at: each.at % end }]);
    const outcome = await outcomeOf(shape, piecesOf(half, mutations));
    if ('answer' in outcome) throw new Error(`half an answer was taken for a whole one: ${saidBy(outcome)}`);
  }
}

const lengths = new Map<WireShape, number>();

/** How many frames of the body it takes until the answer has ended. */
async function lengthToEnd(shape: WireShape): Promise<number> {
  const known = lengths.get(shape);
  if (known !== undefined) return known;
  let length = 1;
  while (length < shape.body.length && 'failure' in (await outcomeOf(shape, piecesOf(shape.body.slice(0, length), []))))
    length++;
  lengths.set(shape, length);
  return length;
}

function saidBy(outcome: Outcome): string {
  if ('failure' in outcome) return `${outcome.failure.type}: ${outcome.failure.message}`;
  const { text, toolCalls, finishReason } = outcome.answer;
  return JSON.stringify({ text, calls: toolCalls, finishReason });
}
