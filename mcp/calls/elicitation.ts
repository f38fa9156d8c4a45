import type { Client, ElicitResult } from '@modelcontextprotocol/client';
import type { ElicitationForm, FormContent } from '../../contract/forms.ts';
import { readForm } from '../../domain/forms/read-form.ts';
import type { CallWatch } from './call-watch.ts';

export type FormAnswer =
  | { readonly action: 'accept'; readonly content?: FormContent | undefined }
  | { readonly action: 'decline' | 'cancel' };

/** Asks a person what a server wants to know. @param signal aborts when the call is over: nobody has to answer any more */
export type Elicit = (form: ElicitationForm, signal: AbortSignal) => Promise<FormAnswer>;

/** Both ways of asking are understood, in all calls: whether a person can be asked is known call by call. */
export const ELICITATION = { form: {}, url: {} };

/**
 * Answers the questions of a server. They come as requests in the middle of a call, or, from a stateless server, in place of its
 * answer; the SDK's client gives both to the same handler, and repeats the call of the latter. A question is declined where no
 * person can be asked: outside of sessions, or where it is not plain which call it belongs to. One that a person must not be
 * shown is declined, too.
 * @param callOf the call that a question belongs to
 */
export function answerQuestions(client: Client, callOf: () => CallWatch | undefined): void {
  client.setRequestHandler('elicitation/create', async ({ params }): Promise<ElicitResult> => {
    const call = callOf();
    if (call?.elicit === undefined) return { action: 'decline' };
    const read = readForm(params);
    if (read.kind === 'refused') return { action: 'decline' };
    // The server waits for the person, and not the other way round.
    const goOn = call.hold();
    try {
      const answer = await call.elicit(read.form, call.signal);
      return answer.action === 'accept' ? { action: 'accept', content: answer.content } : { action: answer.action };
    } finally {
      goOn();
    }
  });
}
