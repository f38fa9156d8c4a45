import { countTokens } from '../../domain/tokens.ts';
import type { StoredAnswer } from '../../domain/turn-record.ts';
import { reasoningText } from '../../models/answer-shape.ts';
import { messageBytesBound } from '../../models/request-bound.ts';

/** What a model counts for an answer, and for each of its calls, beside their texts. */
const ANSWER_TOKENS = 8;
const CALL_TOKENS = 12;

/** What an answer takes in later prompts. Its reasoning is counted as if every one of them went to the model that made it. */
export function answerSize(answer: StoredAnswer): { tokens: number; bytes: number } {
  const texts = [answer.text, reasoningText(answer.reasoning?.content), JSON.stringify(answer.toolCalls)];
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    tokens: tokens + ANSWER_TOKENS + CALL_TOKENS * answer.toolCalls.length,
    bytes: messageBytesBound({ role: 'assistant', ...answer }),
  };
}
