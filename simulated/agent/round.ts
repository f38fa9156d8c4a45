import type { ConversationItem } from '../conversation.ts';

/** A tool call of the transcript with its result. */
export interface PerformedCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>> | undefined;
  readonly output: string;
  readonly isError: boolean;
}

/** The state of a conversation, seen from its last user message. */
export interface Round {
  /** The last user message, or all the last ones when several were delivered together. */
  readonly task: string;
  /** All tasks since the last finished answer, `task` included. The next answer covers them all. */
  readonly openTasks: readonly string[];
  /** Calls since the last user message. */
  readonly calls: readonly PerformedCall[];
  /** Calls since the last finished answer. */
  readonly openCalls: readonly PerformedCall[];
  readonly allCalls: readonly PerformedCall[];
  /** The agent's memory as the latest context block shows it. */
  readonly memory: string;
}

/** Derives the round from the transcript alone: the server keeps nothing between requests. */
export function readRound(items: readonly ConversationItem[]): Round {
  const own = items.filter((item) => item.kind !== 'user' || !item.isContext);
  const lastUser = own.findLastIndex((item) => item.kind === 'user');
  let taskStart = lastUser;
  while (own[taskStart - 1]?.kind === 'user') taskStart -= 1;
  const lastAnswer = own.findLastIndex(
    (item, index) => index < taskStart && item.kind === 'assistant' && item.calls.length === 0,
  );
  return {
    task: textsIn(own.slice(Math.max(0, taskStart))).join('\n'),
    openTasks: textsIn(own.slice(lastAnswer + 1)),
    calls: callsIn(own.slice(Math.max(0, taskStart))),
    openCalls: callsIn(own.slice(lastAnswer + 1)),
    allCalls: callsIn(own),
    memory: memoryIn(items),
  };
}

function memoryIn(items: readonly ConversationItem[]): string {
  const memories = items.map((item) =>
    item.kind === 'user' && item.isContext
      ? /<context source="memory">([\s\S]*?)<\/context>/i.exec(item.text)?.[1]
      : undefined,
  );
  return memories.findLast((memory) => memory !== undefined) ?? '';
}

/** Recognises a failed tool call by its words: the protocols of OpenAI and Google have no error flag for a tool result. */
const failure =
  /^(error:|there is no (file|tool)\b|the tool \S+ (failed|is not|needs)\b|the arguments? |nothing was \w+\.|it is not known whether\b)/i;

function textsIn(items: readonly ConversationItem[]): string[] {
  return items.flatMap((item) => (item.kind === 'user' ? [item.text] : []));
}

function callsIn(items: readonly ConversationItem[]): PerformedCall[] {
  const calls: PerformedCall[] = [];
  let latest: readonly { readonly id: string; readonly name: string; readonly args: PerformedCall['args'] }[] = [];
  for (const item of items) {
    // A result is matched with the latest assistant message only: some providers use the same ids in every turn.
    if (item.kind === 'assistant') latest = item.calls;
    if (item.kind !== 'result') continue;
    const call = latest.find((each) => each.id === item.callId);
    if (call !== undefined)
      calls.push({
        name: call.name,
        args: call.args,
        output: item.output,
        isError: item.isError || failure.test(item.output),
      });
  }
  return calls;
}
