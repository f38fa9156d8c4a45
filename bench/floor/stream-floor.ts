import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type OpenStream, openStream } from '../stream/open-stream.ts';

export const FLOOR_CHANNEL = 'agent_runs_bench_floor';

/** The shortest way of a stored event to a client: an insert, a NOTIFY, and a process that listens and writes. */
export interface StreamFloor {
  /** The time from the acknowledged insert to the frame at the client, in milliseconds. */
  deliverOnceMs(): Promise<number>;
  close(): Promise<void>;
}

export async function startStreamFloor(databaseUrl: string): Promise<StreamFloor> {
  const child = fork(fileURLToPath(new URL('./stream-server-main.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  const [port] = await once(child, 'message');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS bench_floor (id bigserial PRIMARY KEY, body text NOT NULL)');

  let sent = 0;
  let arrived: (atMs: number) => void = () => undefined;
  const stream: OpenStream = await openStream({
    url: `http://127.0.0.1:${port}/`,
    onEvent: (_id, atMs) => arrived(atMs),
  });
  return {
    async deliverOnceMs() {
      const received = new Promise<number>((resolve) => {
        arrived = resolve;
      });
      await client.query({
        name: 'floor-insert',
        text: 'INSERT INTO bench_floor (body) VALUES ($1)',
        values: ['x'.repeat(300)],
      });
      const committedAtMs = performance.now();
      void client.query({
        name: 'floor-notify',
        text: 'SELECT pg_notify($1, $2)',
        values: [FLOOR_CHANNEL, `${++sent}`],
      });
      return (await received) - committedAtMs;
    },
    async close() {
      stream.close();
      child.disconnect();
      await client.end();
    },
  };
}
