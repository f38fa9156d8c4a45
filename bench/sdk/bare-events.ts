/** An event of a stream, as the shortest reader gives it. */
export interface BareEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** Reads a stream with nothing but `fetch`: no resuming, no watchdog, one kind of line end. */
export async function* bareEvents(url: string): AsyncGenerator<BareEvent> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(frame.split('\n').map((line) => splitOnce(line)));
      const data = fields.get('data');
      if (data !== undefined) {
        yield { id: fields.get('id') ?? '', type: fields.get('event') ?? '', data: JSON.parse(data) };
      }
    }
  }
}

function splitOnce(line: string): readonly [string, string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}
