import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJsonBody, readBody, sendJson } from './http-io.ts';
import { LoadedScript } from './scripts/loaded-script.ts';
import { parseScript } from './scripts/script-schema.ts';

const defaultWaitMs = 30_000;

/** Serves `/scripts/{name}…` and `/requests/wait`. @returns false when the path is neither, and nothing was answered */
export async function serveControl(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  scripts: Map<string, LoadedScript>,
): Promise<boolean> {
  if (url.pathname === '/requests/wait' && req.method === 'GET') {
    await waitForRequests(res, url.searchParams, scripts);
    return true;
  }
  const match = /^\/scripts\/([^/]+)(?:\/release\/([^/]+))?$/.exec(url.pathname);
  if (match?.[1] === undefined) return false;
  const name = decodeURIComponent(match[1]);
  if (match[2] !== undefined) {
    if (req.method !== 'POST') return false;
    releaseHold(res, scripts.get(name), decodeURIComponent(match[2]));
    return true;
  }
  switch (req.method) {
    case 'PUT':
      await putScript(req, res, name, scripts);
      return true;
    case 'GET': {
      const script = scripts.get(name);
      if (script === undefined) sendUnknownScript(res);
      else sendJson(res, 200, script.report());
      return true;
    }
    case 'DELETE':
      sendJson(res, 200, { name, deleted: scripts.delete(name) });
      return true;
    default:
      return false;
  }
}

async function putScript(
  req: IncomingMessage,
  res: ServerResponse,
  name: string,
  scripts: Map<string, LoadedScript>,
): Promise<void> {
  const body = await readBody(req);
  const parsed = parseScript(body === undefined ? undefined : parseJsonBody(body));
  if (!parsed.ok) {
    sendJson(res, 400, { error: { code: 'invalid_script', message: parsed.message } });
    return;
  }
  scripts.set(name, new LoadedScript(name, parsed.script));
  sendJson(res, 200, { name });
}

function releaseHold(res: ServerResponse, script: LoadedScript | undefined, hold: string): void {
  if (script === undefined) {
    sendUnknownScript(res);
    return;
  }
  script.release(hold);
  sendJson(res, 200, { name: script.name, released: hold });
}

/**
 * Holds the request until the script has seen `count` requests, or with `state=closed` has answered as many: then 200
 * with the script's report, and 408 when that takes longer than `timeout_ms`.
 */
async function waitForRequests(
  res: ServerResponse,
  query: URLSearchParams,
  scripts: ReadonlyMap<string, LoadedScript>,
): Promise<void> {
  const script = scripts.get(query.get('script') ?? '');
  if (script === undefined) return sendUnknownScript(res);
  const count = Number(query.get('count') ?? '1');
  const timeoutMs = Number(query.get('timeout_ms') ?? defaultWaitMs);
  if (!Number.isInteger(count) || count < 0 || !(timeoutMs >= 0)) {
    return sendJson(res, 400, {
      error: { code: 'invalid_query', message: 'count and timeout_ms must be numbers of at least 0' },
    });
  }
  const gone = new AbortController();
  const onClose = () => gone.abort();
  res.once('close', onClose);
  const timer = setTimeout(onClose, timeoutMs);
  const closedOnly = query.get('state') === 'closed';
  try {
    await script.until((seen) => (closedOnly ? seen.closed : seen.seen) >= count, gone.signal);
    sendJson(res, 200, script.report());
  } catch (error) {
    if (!gone.signal.aborted) throw error;
    if (!res.closed)
      sendJson(res, 408, {
        error: { code: 'timeout', message: `the script has not had ${count} requests within ${timeoutMs} ms` },
        ...script.report(),
      });
  } finally {
    clearTimeout(timer);
    res.off('close', onClose);
  }
}

function sendUnknownScript(res: ServerResponse): void {
  sendJson(res, 404, { error: { code: 'script_unknown', message: 'there is no script of this name' } });
}
