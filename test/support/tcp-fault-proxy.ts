import { createServer, type Server, Socket } from 'node:net';
import { seededRandom } from '../../domain/random.ts';
import { createNotificationFilter } from './notification-filter.ts';
import { createFaultPipe, type FaultPipe } from './tcp-fault-pipe.ts';

/** `up`: from the client to the server; `down`: back. */
export type Direction = 'up' | 'down';

/** What is wrong with a link. It holds for every connection, those that are open included. */
export type Toxic =
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs?: number }
  /** Of each connection, each way. 1 is a byte a second. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** A partition: nothing gets through, and what was sent arrives when it is over. */
  | { readonly kind: 'stall' }
  /** Bytes and goodbyes are swallowed both ways. A connection that met this stays dead, though it looks open (half-open). */
  | { readonly kind: 'blackhole' }
  /** The same in one direction only. */
  | { readonly kind: 'drop'; readonly direction: Direction }
  /** Nobody listens; connections that are open go on. */
  | { readonly kind: 'refuse' }
  /** Of a proxy before Postgres: notifications are left out, all else passes. */
  | { readonly kind: 'deafen' }
  /** A connection ends in mid-stream once so many more bytes of the server's have passed. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

export interface FaultProxy {
  readonly port: number;
  /** Open connections of clients. */
  readonly connections: number;
  /** Connections since the start. */
  readonly accepted: number;
  /** Replaces what is wrong now; without an argument the link is sound. Dead connections stay dead. */
  become(toxic?: Toxic): Promise<void>;
  /** Resets (RST) every open connection, the dead ones included. */
  reset(): void;
  /** Connections to come go there. */
  retarget(port: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

interface Link {
  readonly sockets: readonly [Socket, Socket];
  readonly pipes: readonly [FaultPipe, FaultPipe];
}

/**
 * A TCP proxy on loopback that does to its connections what networks do. Delays are a function of the seed.
 * `postgres`: it stands before Postgres and can leave out notifications.
 */
export async function startFaultProxy(options: {
  targetPort: number;
  seed: string;
  postgres?: boolean;
}): Promise<FaultProxy> {
  let { targetPort } = options;
  let toxic: Toxic | undefined;
  let accepted = 0;
  const links = new Set<Link>();

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    const upstream = new Socket({ allowHalfOpen: true });
    upstream.setNoDelay(true).connect(targetPort, HOST);
    const pipe = (direction: Direction, from: Socket, to: Socket, rewrite?: (bytes: Buffer) => Buffer) =>
      createFaultPipe({
        ...{ direction, from, to, toxic, rewrite },
        random: seededRandom(`${options.seed}:${accepted}:${direction}`),
      });
    const filter = options.postgres === true ? createNotificationFilter(() => toxic?.kind === 'deafen') : undefined;
    const link: Link = {
      sockets: [client, upstream],
      pipes: [pipe('up', client, upstream), pipe('down', upstream, client, filter)],
    };
    links.add(link);
    let open = 2;
    for (const socket of link.sockets) {
      socket.once('close', () => {
        open -= 1;
        if (open === 0) links.delete(link);
      });
    }
  });
  await listen(server, 0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    port,
    get connections() {
      return [...links].filter(({ sockets: [client] }) => !client.destroyed).length;
    },
    get accepted() {
      return accepted;
    },
    async become(next) {
      toxic = next;
      for (const { pipes } of links) for (const each of pipes) each.become(next);
      if (next?.kind === 'refuse') server.close();
      else if (!server.listening) await listen(server, port);
    },
    reset() {
      for (const { sockets } of links) for (const socket of sockets) socket.resetAndDestroy();
    },
    retarget(next) {
      targetPort = next;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const { sockets, pipes } of links) {
        for (const each of pipes) each.close();
        for (const socket of sockets) socket.destroy();
      }
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
