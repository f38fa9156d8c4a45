import { createSimulatedProvider } from './provider.ts';

/** Runs the simulated provider as a process: PORT (0 or absent: a free one), AGENT_RUNS_SIMULATED_DELAYS=none. */
const port = Number(process.env.PORT ?? '0');
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write('PORT must be a number from 0 to 65535\n');
  process.exit(2);
}

const provider = createSimulatedProvider({
  delays: process.env.AGENT_RUNS_SIMULATED_DELAYS === 'none' ? 'none' : 'typical',
  onError: (error) =>
    log('error', { msg: 'request failed', error: error instanceof Error ? error.stack : String(error) }),
});
const server = await provider.listen(port).catch((error: unknown) => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  process.stderr.write(
    code === 'EADDRINUSE' ? `port ${port} is in use\n` : `cannot listen on port ${port}: ${String(error)}\n`,
  );
  process.exit(1);
});

log('info', { msg: 'simulated provider ready', url: server.url });
process.send?.({ type: 'ready', port: server.port });

const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// The parent is gone: a provider nobody supervises must not stay behind.
process.once('disconnect', stop);

function log(level: 'info' | 'error', fields: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify({ level, ...fields })}\n`);
}
