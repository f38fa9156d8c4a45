import { simulatedBaseUrl } from '../../models/kinds/simulated.ts';
import type { ModelProtocol } from '../../models/model-call.ts';
import type { ScriptReport } from './request-record.ts';
import type { ScriptInput } from './script-schema.ts';

export interface ScriptClient {
  /** Loads a script in place of any other of its name. @throws Error with the server's message when it is not valid */
  put(name: string, script: ScriptInput): Promise<void>;
  report(name: string): Promise<ScriptReport>;
  release(name: string, hold: string): Promise<void>;
  /** Waits until the script has seen `count` requests, or with `closed` has answered so many. @throws Error after `timeoutMs` */
  waitForRequests(
    name: string,
    count: number,
    options?: { closed?: boolean; timeoutMs?: number },
  ): Promise<ScriptReport>;
  remove(name: string): Promise<void>;
  /** The base URL at which clients of this protocol get the script's answers. */
  baseUrl(name: string, protocol: ModelProtocol): string;
}

/** A client of the control API of the simulated provider at `serverUrl`, for tests and benchmarks. */
export function createScriptClient(serverUrl: string): ScriptClient {
  const scriptUrl = (name: string) => `${serverUrl.replace(/\/+$/, '')}/scripts/${encodeURIComponent(name)}`;
  return {
    async put(name, script) {
      await call(scriptUrl(name), { method: 'PUT', body: JSON.stringify(script) });
    },
    async report(name) {
      // The server is ours and answers in this shape.
      return (await (await call(scriptUrl(name))).json()) as ScriptReport;
    },
    async release(name, hold) {
      await call(`${scriptUrl(name)}/release/${encodeURIComponent(hold)}`, { method: 'POST' });
    },
    async waitForRequests(name, count, options = {}) {
      const query = new URLSearchParams({ script: name, count: String(count) });
      if (options.closed === true) query.set('state', 'closed');
      if (options.timeoutMs !== undefined) query.set('timeout_ms', String(options.timeoutMs));
      // The server is ours and answers in this shape.
      return (await (await call(`${serverUrl}/requests/wait?${query}`)).json()) as ScriptReport;
    },
    async remove(name) {
      await call(scriptUrl(name), { method: 'DELETE' });
    },
    baseUrl: (name, protocol) => simulatedBaseUrl(scriptUrl(name), protocol),
  };
}

async function call(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`);
  return response;
}
