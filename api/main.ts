import pino from 'pino';
import { serverEnvironment } from '../mcp/tool-connections.ts';
import { providerVariables } from '../models/kinds/kinds.ts';
import { readServiceEnvironment } from '../processes/environment.ts';
import { loggedError } from '../processes/logged-error.ts';
import { startWatchdog } from '../processes/watchdog.ts';
import { type ServedApi, serveApi } from './serve-api.ts';

const log = pino(
  {
    name: 'api',
    level: process.env.AGENT_RUNS_LOG_LEVEL || 'info',
    serializers: { err: (error) => loggedError(error) },
  },
  pino.destination(2),
);
const warn = (message: string, error?: unknown) => log.warn(error === undefined ? {} : { err: error }, message);

let api: ServedApi | undefined;
let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void Promise.resolve(api?.close()).finally(() => process.exit(0));
};
process.on('SIGTERM', stop);
// Ctrl-C reaches the whole terminal; the supervisor alone acts on it, and so do we without one.
process.on('SIGINT', () => {
  if (process.send === undefined) stop();
});
process.on('disconnect', stop);

try {
  const corsOrigins = process.env.AGENT_RUNS_CORS_ORIGINS?.split(',').map((origin) => origin.trim());
  const host = process.env.AGENT_RUNS_HOST || '127.0.0.1';
  api = await serveApi({
    environment: readServiceEnvironment(process.env, providerVariables),
    host,
    port: portOf(process.env.PORT),
    ...(corsOrigins === undefined ? {} : { corsOrigins: corsOrigins.filter((origin) => origin !== '') }),
    toolEnvironment: serverEnvironment(process.env),
    startToolGuard: startWatchdog,
    warn,
  });
  process.send?.({ type: 'ready', port: api.port });
  log.info({ host, port: api.port }, 'The API accepts requests.');
} catch (error) {
  const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  log.fatal({ err: error }, inUse ? `Port ${process.env.PORT} is in use.` : 'The API failed.');
  process.exit(1);
}

function portOf(text: string | undefined): number {
  const port = Number(text || '8787');
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 0 to 65535, not "${text}".`);
}
