import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One frame of an event stream as it came, and the event in it. A comment has no event. */
export interface SseFrame {
  readonly raw: string;
  readonly message?: EventSourceMessage;
}

/** Cuts a body into whole frames. A frame that a broken connection cut off is dropped, because the resumed stream repeats it. */
export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseFrame> {
  const decoder = new TextDecoder();
  let message: EventSourceMessage | undefined;
  const parser = createParser({
    onEvent: (event) => {
      message = event;
    },
  });
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const raw = text.slice(0, end + 2);
      text = text.slice(end + 2);
      message = undefined;
      parser.feed(raw);
      yield message === undefined ? { raw } : { raw, message };
    }
  }
}
