import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { codeOf } from '../processes/error-cause.ts';
import { listenProblem } from '../processes/listen-problem.ts';
import { SettingError } from '../processes/setting-error.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves the figures at a port of their own, without a key: whoever may reach the port may read them. The API itself never guesses
 * by a request where it comes from.
 * @throws SettingError when it cannot listen there
 */
export async function serveMetrics(
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  listen: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only GET /metrics is served here.\n');
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new SettingError(listenProblem(codeOf(error), listen, 'AGENT_RUNS_METRICS_PORT'), error)),
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
