import { createSimulatedProvider } from './provider.ts';

/** Runs the simulated provider as a process: PORT (0 or absent: a free one), AGENT_RUNS_SIMULATED_DELAYS (typical or none). */
const port = Number(process.env.PORT ?? '0');
if (!Number.isInteger(port) || port < 0 || port > 65_535) refuse('PORT must be a number from 0 to 65535.');
const delays = process.env.AGENT_RUNS_SIMULATED_DELAYS || 'typical';
if (delays !== 'typical' && delays !== 'none') refuse('AGENT_RUNS_SIMULATED_DELAYS must be typical or none.');

const provider = createSimulatedProvider({
  delays,
  onError: (error) =>
    log('error', { msg: 'request failed', error: error instanceof Error ? error.stack : String(error) }),
});
const server = await provider.listen(port).catch((error: unknown) => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return refuse(code === 'EADDRINUSE' ? `Port ${port} is already in use.` : `Port ${port} cannot be opened (${code}).`);
});

log('info', { msg: 'simulated provider ready', url: server.url });
process.send?.({ type: 'ready', port: server.port });

const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// The supervisor is gone, and a provider that nobody supervises must not stay behind.
process.once('disconnect', stop);

function log(level: 'info' | 'error', fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ level, ...fields })}\n`);
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
