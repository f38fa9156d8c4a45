import { get } from 'node:http';

/** A stream of server-sent events that is read as fast as it comes. */
export interface OpenStream {
  close(): void;
}

export interface StreamRequest {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An event's id and the moment it was read, as `performance.now()` counts. */
  onEvent(id: string, atMs: number): void;
  /** The server ended the stream. */
  onEnd?(): void;
}

const ID = /^id: (\S+)$/gm;

/**
 * Opens a stream and looks at ids alone: thousands of them share one process with what they measure. A frame that comes in
 * two pieces counts when its second piece is there.
 * @returns when the server has begun to answer. @throws Error unless it is 200
 */
export async function openStream({ url, headers, onEvent, onEnd }: StreamRequest): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: { accept: 'text/event-stream', ...headers }, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`${url} was answered with ${response.statusCode}.`));
        request.destroy();
        return;
      }
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const atMs = performance.now();
        const text = rest + chunk;
        const whole = text.lastIndexOf('\n\n') + 2;
        rest = text.slice(Math.max(0, whole));
        for (const [, id = ''] of text.slice(0, Math.max(0, whole)).matchAll(ID)) onEvent(id, atMs);
      });
      response.on('end', () => onEnd?.());
      response.on('error', () => undefined);
      resolve({ close: () => request.destroy() });
    });
    request.on('error', reject);
  });
}
