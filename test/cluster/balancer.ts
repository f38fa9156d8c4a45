import { connect, createServer, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export interface Balancer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Hands connections out to several ports of this host in turn, as a load balancer before several apis does. A port that
 * refuses is passed over; where all refuse, the client's connection is reset.
 * @param portsOf the ports at this moment
 */
export async function startBalancer(portsOf: () => readonly number[]): Promise<Balancer> {
  let next = 0;
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    next += 1;
    const ports = portsOf();
    const inTurn = ports.map((_, index) => ports[(next + index) % ports.length] ?? 0);
    joinFirst(client, inTurn);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, HOST, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Joins the client with the first of these ports that takes the connection. */
function joinFirst(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) {
    client.resetAndDestroy();
    return;
  }
  const upstream = connect({ port, host: HOST, noDelay: true });
  const refused = () => joinFirst(client, others);
  upstream.once('error', refused);
  upstream.once('connect', () => {
    upstream.off('error', refused).on('error', () => client.resetAndDestroy());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    client.pipe(upstream).pipe(client);
    client.resume();
  });
}
