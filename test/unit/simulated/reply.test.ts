import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConversationItem, SimulatedRequest } from '../../../simulated/conversation.ts';
import { composeReply } from '../../../simulated/reply.ts';

function request(maxOutputTokens: number, bodyBytes = 400, items: readonly ConversationItem[] = []): SimulatedRequest {
  return {
    protocol: 'openai-chat',
    model: 'sim-scout',
    stream: true,
    reportsUsage: true,
    maxOutputTokens,
    items,
    tools: [],
    turn: 0,
    bodyBytes,
    cachesPrompt: true,
    wantsReasoning: false,
  };
}

test('[I4] no reply counts more input tokens than request bytes or more output tokens than were allowed', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 5000 }),
      text,
      text,
      fc.array(text),
      (limit, bytes, said, thought, args) => {
        const draft = { text: said, reasoning: thought, toolCalls: args.map((rawArgs) => ({ name: 'tool', rawArgs })) };
        const { usage } = composeReply(request(limit, bytes), draft, 0);
        expect(usage?.inputTokens).toBeLessThanOrEqual(bytes);
        expect(usage?.outputTokens).toBeLessThanOrEqual(limit);
        expect(usage?.reasoningTokens).toBeLessThanOrEqual(usage?.outputTokens ?? 0);
        expect(usage?.cacheReadTokens).toBeLessThanOrEqual(usage?.inputTokens ?? 0);
      },
    ),
  );
});

test('an answer beyond the limit is cut between characters and finishes with length', () => {
  const reply = composeReply(request(2), { text: 'äöüäöüäöü', toolCalls: [{ name: 'tool', rawArgs: '{}' }] }, 0);
  expect(reply).toMatchObject({ text: 'äöüä', finish: 'length', toolCalls: [] });
});

test('a long prefix that was sent before counts as cached', () => {
  const items: ConversationItem[] = [
    { kind: 'user', text: 'x'.repeat(8000), isContext: false },
    { kind: 'assistant', text: 'a', calls: [] },
    { kind: 'user', text: 'y', isContext: false },
  ];
  expect(composeReply(request(100, 9000, items), { text: 'ok', toolCalls: [] }, 0).usage?.cacheReadTokens).toBe(1920);
});

test('scripted usage replaces what was counted, and null reports none', () => {
  const draft = { text: 'ok', toolCalls: [] };
  expect(composeReply(request(100), { ...draft, usage: { outputTokens: 7 } }, 0).usage).toMatchObject({
    inputTokens: 100,
    outputTokens: 7,
  });
  expect(composeReply(request(100), { ...draft, usage: null }, 0).usage).toBeNull();
});
