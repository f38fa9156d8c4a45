import type { IncomingMessage, ServerResponse } from 'node:http';

const maxBodyBytes = 32 * 1024 * 1024;

/** Reads the body. @returns undefined when it is larger than 32 MiB @throws Error when the client goes away */
export async function readBody(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    // No encoding is set, so chunks are buffers.
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return undefined;
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** The JSON value of a body. Undefined when the body is not JSON. */
export function parseJsonBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Every reply has this header, which says that it does not come from a real model. */
export const simulatedHeader = { 'x-simulated': '1' } as const;

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  res.writeHead(status, { ...simulatedHeader, 'content-type': 'application/json' });
  res.end(text);
}
