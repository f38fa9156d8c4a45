import type { RunEvent, RunEventOf } from '../../sdk/typescript/src/index.ts';

export type Question = NonNullable<RunEventOf<'session.status_idle'>['data']['pending']>[number];

/** What a session waits for, as far as its events and the answers that were given tell. */
export interface Waiting {
  take(event: RunEvent): void;
  /** The cause, while it waits and nothing that was sent since will wake it. */
  cause(): string | undefined;
  questions(): readonly Question[];
  /** A message was accepted. */
  messageSent(): void;
  /** A question was answered. */
  answerSent(toolUseId: string): void;
}

export function createWaiting(): Waiting {
  let cause: string | undefined;
  let questions: Question[] = [];
  return {
    take({ type, data }) {
      cause = type === 'session.status_idle' ? data.cause : undefined;
      questions = type === 'session.status_idle' ? (data.pending ?? []) : [];
    },
    cause: () => cause,
    questions: () => questions,
    messageSent() {
      // Other causes keep a message until they are gone.
      if (cause === 'awaiting_input') cause = undefined;
    },
    answerSent(toolUseId) {
      questions = questions.filter((question) => question.toolUseId !== toolUseId);
      if (questions.length === 0 && cause === 'requires_action') cause = undefined;
    },
  };
}
