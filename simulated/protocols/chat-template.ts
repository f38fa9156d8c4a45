import { isRecord, RefusedRequest } from '../conversation.ts';
import type { OpenAiMessage } from './openai-body.ts';

/** Members of a request that are known to the strictest servers of the chat-completions protocol. */
const KNOWN = new Set(['model', 'messages', 'tools', 'max_tokens', 'stream', 'temperature']);
const ID = /^[0-9A-Za-z]{9}$/;

/**
 * What a server with a strict template and a strict schema refuses beyond what OpenAI refuses, in the words of the real
 * ones. @throws RefusedRequest
 */
export function checkChatTemplate(body: unknown, messages: readonly OpenAiMessage[]): void {
  const unknown = isRecord(body) ? Object.keys(body).find((name) => !KNOWN.has(name)) : undefined;
  if (unknown !== undefined) throw new RefusedRequest(`body.${unknown}: Extra inputs are not permitted`);
  let before = 'assistant';
  for (const message of messages.filter(({ role }, index) => index > 0 || role !== 'system')) {
    checkContent(message);
    const { role } = message;
    if (role !== 'tool') {
      if (role === 'user' && before === 'tool') throw new RefusedRequest("Unexpected role 'user' after role 'tool'");
      if (role === before) {
        throw new RefusedRequest('Conversation roles must alternate user/assistant/user/assistant/...');
      }
      if (role !== 'user' && role !== 'assistant') throw new RefusedRequest(`Unexpected role '${role}'`);
    }
    before = role;
  }
  if (before === 'assistant') {
    throw new RefusedRequest('Expected last role User or Tool (or Assistant with prefix True)');
  }
}

function checkContent(message: OpenAiMessage): void {
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  const bad = calls.find(({ id }) => !ID.test(id));
  if (bad !== undefined) {
    throw new RefusedRequest(`Tool call id was ${bad.id} but must be a-z, A-Z, 0-9, with a length of 9.`);
  }
  const { role, content } = message;
  if (calls.length > 0 && content == null) return;
  if (typeof content !== 'string') throw new RefusedRequest(`${role}: Input should be a valid string`);
  if (content.trim() === '' && calls.length === 0) {
    throw new RefusedRequest(`${role}: message must have non-empty content`);
  }
}
