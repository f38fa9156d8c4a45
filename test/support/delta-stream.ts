import { type MessageDelta, messageDeltaSchema } from '../../contract/message-delta.ts';
import { type OpenStream, openStream } from '../integration/api/fixture.ts';
import { until } from './until.ts';

export type Delta = MessageDelta['data'] & { readonly id: string };

/** A client that asks for text deltas, over one connection. */
export interface DeltaStream extends OpenStream {
  deltas(): Delta[];
  /** The text that a client shows of a turn: that of its latest attempt. @throws Error for a gap or repeated text */
  shown(turnIndex: number): string;
  /** Waits until the text that is shown of a turn matches. @returns that text */
  untilShown(turnIndex: number, matches: (text: string) => boolean): Promise<string>;
  /** The texts of all `agent.message` events. */
  messages(): string[];
}

export async function openDeltaStream(
  api: { readonly baseUrl: string; readonly apiKey: string },
  path: string,
  options: Parameters<typeof openStream>[2] = {},
): Promise<DeltaStream> {
  const stream = await openStream(api, `${path}${path.includes('?') ? '&' : '?'}include=agent.message_delta`, options);
  if (!stream.response.ok) throw new Error(`${path} answered ${stream.response.status}`);
  const deltas = () =>
    stream.events
      .filter((event) => event.event === 'agent.message_delta')
      .map((event) => {
        const { data } = messageDeltaSchema.parse({ type: event.event, data: JSON.parse(event.data) });
        return { ...data, id: event.id ?? '' };
      });
  const shown = (turnIndex: number) => {
    const ofTurn = deltas().filter((delta) => delta.turnIndex === turnIndex);
    const last = ofTurn.at(-1)?.attempt;
    const ofLast = ofTurn.filter((delta) => delta.attempt === last);
    let text = '';
    for (const delta of ofLast) {
      const begins = delta === ofLast[0] ? delta.offset : text.length;
      if (delta.offset !== begins) throw new Error(`A delta begins at ${delta.offset}, not at ${begins}.`);
      text += delta.text;
    }
    return text;
  };
  return {
    ...stream,
    deltas,
    shown,
    untilShown: (turnIndex, matches) =>
      until('a text to be shown', () => {
        const text = shown(turnIndex);
        return matches(text) && text !== '' ? text : undefined;
      }),
    messages: () =>
      stream.events.filter((event) => event.event === 'agent.message').map((event) => JSON.parse(event.data).text),
  };
}
