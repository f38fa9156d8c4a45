interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

/** Members of a request that are known to the strictest servers of the chat-completions protocol. */
const KNOWN = new Set(['model', 'messages', 'tools', 'max_tokens', 'stream', 'temperature']);

/**
 * Why a server with a strict template and a strict schema refuses a request of the chat-completions protocol, in the words
 * of the real ones. Undefined: it takes it.
 */
export function refusalOfChat(body: { readonly messages: readonly ChatMessage[] }): string | undefined {
  const unknown = Object.keys(body).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return `body.${unknown}: Extra inputs are not permitted`;
  const messages = body.messages.filter(({ role }, index) => index > 0 || role !== 'system');
  const open = new Set<string>();
  let before = 'assistant';
  for (const message of messages) {
    const { role } = message;
    const refusal = refusalOfContent(message);
    if (refusal !== undefined) return refusal;
    if (role === 'tool') {
      if (!open.delete(message.tool_call_id ?? '')) return 'Tool result without its call';
    } else {
      if (open.size > 0) return 'Not the same number of function calls and responses';
      if (role === 'user' && before === 'tool') return "Unexpected role 'user' after role 'tool'";
      if (role === before) return 'Conversation roles must alternate user/assistant/user/assistant/...';
      if (role !== 'user' && role !== 'assistant') return `Unexpected role '${role}'`;
    }
    for (const { id } of message.tool_calls ?? []) {
      if (!/^[0-9A-Za-z]{9}$/.test(id)) return `Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`;
      open.add(id);
    }
    before = role;
  }
  if (open.size > 0) return 'Not the same number of function calls and responses';
  return before === 'assistant' ? 'Expected last role User or Tool (or Assistant with prefix True)' : undefined;
}

function refusalOfContent({ role, content, tool_calls: calls = [] }: ChatMessage): string | undefined {
  if (role === 'assistant' && calls.length > 0 && content == null) return undefined;
  if (typeof content !== 'string') return `${role}: Input should be a valid string`;
  return content.trim() === '' && calls.length === 0 ? `${role}: message must have non-empty content` : undefined;
}
