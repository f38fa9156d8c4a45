import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf } from './error-cause.ts';
import { listenProblem } from './listen-problem.ts';
import { SettingError } from './setting-error.ts';

export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export interface PlainServer {
  readonly port: number;
  close(): Promise<void>;
}

/** An answer as JSON. */
export function plainJson(status: number, body: unknown): PlainAnswer {
  return { status, contentType: 'application/json', text: JSON.stringify(body) };
}

/**
 * Serves a few paths at a port of their own, without a key: whoever may reach the port may read them.
 * @param paths an answer for each path. One that throws is answered with 500
 * @param listen.setting the name of the setting that gives the port
 * @throws SettingError when it cannot listen there
 */
export async function servePlain(
  paths: Readonly<Record<string, () => Promise<PlainAnswer>>>,
  listen: { readonly host: string; readonly port: number; readonly setting: string },
): Promise<PlainServer> {
  const served = new Map(Object.entries(paths));
  const only = `Only GET ${[...served.keys()].join(', ')} is served here.\n`;
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' ? served.get(request.url ?? '') : undefined;
    if (answer === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end(only);
      return;
    }
    answer().then(
      ({ status, contentType, text }) => response.writeHead(status, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new SettingError(listenProblem(codeOf(error), listen, listen.setting), error)),
    );
    server.listen(listen.port, listen.host, resolve);
  });
  return {
    // A server that listens on TCP has an address with a port.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
