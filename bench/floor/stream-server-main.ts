/** The floor of a stream: a process that listens to one channel and writes a frame to its one client for each notification. */
import { createServer, type ServerResponse } from 'node:http';
import pg from 'pg';
import { FLOOR_CHANNEL } from './stream-floor.ts';

const listener = new pg.Client({ connectionString: process.env.DATABASE_URL });
const clients = new Set<ServerResponse>();
await listener.connect();
listener.on('notification', ({ payload = '' }) => {
  for (const client of clients) client.write(`id: ${payload}\nevent: floor\ndata: {"n":${payload}}\n\n`);
});
await listener.query(`LISTEN ${FLOOR_CHANNEL}`);

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  clients.add(response);
  response.on('close', () => clients.delete(response));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
process.on('disconnect', () => process.exit(0));
