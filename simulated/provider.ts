import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { answerRequest } from './answer-request.ts';
import { serveControl } from './control-api.ts';
import { countRequest } from './count-request.ts';
import { answerEmbeddings } from './embeddings/answer-embeddings.ts';
import { findEndpoint } from './endpoints.ts';
import { sendJson } from './http-io.ts';
import type { LoadedScript } from './scripts/loaded-script.ts';

export interface SimulatedProviderOptions {
  /** `none`: the default agent answers at once. The delays of a script are kept in both cases. */
  readonly delays?: 'typical' | 'none';
  readonly now?: () => Date;
  /** Is told of faults of the provider itself, and not of clients that went away. */
  readonly onError?: (error: unknown) => void;
}

export interface SimulatedProvider {
  /** Serves on loopback. Port 0 picks a free port. @throws Error (EADDRINUSE) when the port is taken */
  listen(port: number): Promise<{ readonly url: string; readonly port: number; close(): Promise<void> }>;
}

/**
 * A local model provider that speaks the protocols of OpenAI, Anthropic and Google, and makes embeddings in that of OpenAI. The
 * base URL of a client is
 * `simulatedBaseUrl(url, protocol)` for the default agent, and for a script
 * `simulatedBaseUrl(`${url}/scripts/${name}`, protocol)`.
 */
export function createSimulatedProvider(options: SimulatedProviderOptions = {}): SimulatedProvider {
  const scripts = new Map<string, LoadedScript>();
  const answerOptions = { delays: options.delays ?? 'typical', now: options.now ?? (() => new Date()) };

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const method = req.method ?? 'GET';
    const path = (req.url ?? '/').split('?', 1)[0] ?? '/';
    const scripted = /^\/scripts\/([^/]+)(\/(?:openai|anthropic|google)\/.*)$/.exec(path);
    const endpoint = findEndpoint(method, scripted?.[2] ?? path);
    if (endpoint !== undefined) {
      const script = scripted?.[1] === undefined ? undefined : scripts.get(decodeURIComponent(scripted[1]));
      if (scripted !== null && script === undefined) {
        return sendJson(res, 404, { error: { code: 'script_unknown', message: 'there is no script of this name' } });
      }
      if (endpoint.kind === 'embeddings') return await answerEmbeddings(req, res);
      if (endpoint.kind === 'models') return sendJson(res, 200, endpoint.protocol.models());
      if (endpoint.kind === 'count') return await countRequest(req, res, endpoint, script);
      return await answerRequest(req, res, endpoint, script, answerOptions);
    }
    if (method === 'GET' && path === '/health') return sendJson(res, 200, { status: 'ok', simulated: true });
    if (await serveControl(req, res, new URL(req.url ?? '/', 'http://localhost'), scripts)) return;
    sendJson(res, 404, { error: { code: 'not_found', message: `no such route: ${method} ${path}` } });
  }

  return {
    async listen(port) {
      const server = createServer((req, res) => {
        handle(req, res).catch((error: unknown) => {
          if (res.closed || req.errored !== null) return;
          options.onError?.(error);
          if (res.headersSent) res.destroy();
          else sendJson(res, 500, { error: { code: 'internal', message: 'the simulated provider failed' } });
        });
      });
      // Longer than a client's pool keeps idle connections, so that no request meets a connection that closes.
      server.keepAliveTimeout = 65_000;
      server.requestTimeout = 0;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('the server has no port');
      return {
        url: `http://127.0.0.1:${address.port}`,
        port: address.port,
        async close() {
          const closed = once(server, 'close');
          server.close();
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}
