/** The subject of a turn, as far as the choice of its context is concerned. */
export interface Conversation {
  /** The latest message of the user. Empty when there is none. */
  readonly message: string;
  /** The beginning of the answer that the message follows. Empty when there is none. */
  readonly answer: string;
  /**
   * The message as a list of names: in lower case, with a blank between names and at both ends. It is searched for the names of
   * files, which may stand in quotes, at the end of a sentence, or begin with "./".
   */
  readonly names: string;
  /** The last of the messages that came at once, whole. Facts are compared with its meaning. Empty when there is none. */
  readonly latest: string;
}

/** More of a long message says little more about its topic. */
const MESSAGE_CHARACTERS = 8_000;

/** @param messages those that came at once, in order */
export function conversationOf(messages: readonly string[], answer: string): Conversation {
  const message = endsOf(messages.join('\n'), MESSAGE_CHARACTERS);
  return { message, answer, names: namesIn(message), latest: messages.at(-1) ?? '' };
}

/**
 * The subject of a turn: the messages that it brings. A turn without any goes on with the latest ones before it, so its context
 * stays the same while the agent works on them.
 */
export function conversationOfTurn(
  messages: readonly string[],
  before: { readonly messages: readonly string[]; readonly answerBefore: string; readonly latestAnswer: string },
): Conversation {
  return messages.length > 0
    ? conversationOf(messages, before.latestAnswer)
    : conversationOf(before.messages, before.answerBefore);
}

function namesIn(message: string): string {
  const names = message
    .toLowerCase()
    .split(/[^a-z0-9._/\-\u0080-\uffff]+/)
    .map((name) => name.replace(/^(?:\.?\/)+|[.\-/]+$/g, ''))
    .filter((name) => name !== '');
  return names.length === 0 ? '' : ` ${names.join(' ')} `;
}

/** The beginning and the end of a text. A question stands at either end of what is quoted with it. */
function endsOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const half = characters / 2;
  return `${text.slice(0, half)}\n${text.slice(-half)}`.toWellFormed();
}
