import { createServer, type Server, Socket } from 'node:net';
import { seededRandom } from '../../domain/random.ts';
import { createNotificationFilter } from './notification-filter.ts';
import { createFaultPipe, type FaultPipe } from './tcp-fault-pipe.ts';

/** `up` is from the client to the server, `down` is back. */
export type Direction = 'up' | 'down';

/** What is wrong with a link. It applies to all connections, including open ones. */
export type Toxic =
  | { readonly kind: 'latency'; readonly delayMs: number; readonly jitterMs?: number }
  /** The limit of each connection, in each direction. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** A partition: nothing gets through, and what was sent meanwhile arrives afterwards. */
  | { readonly kind: 'stall' }
  /** Bytes and closes are swallowed in both directions. A connection that met this looks open but stays dead (half-open). */
  | { readonly kind: 'blackhole' }
  /** Like `blackhole`, in one direction only. */
  | { readonly kind: 'drop'; readonly direction: Direction }
  /** New connections are refused; open ones go on. */
  | { readonly kind: 'refuse' }
  /** Only for a proxy before Postgres: notifications are dropped, everything else passes. */
  | { readonly kind: 'deafen' }
  /** A connection ends after `afterBytes` more bytes from the server. */
  | { readonly kind: 'cut'; readonly afterBytes: number };

export interface FaultProxy {
  readonly port: number;
  /** Open connections of clients. */
  readonly connections: number;
  /** Connections since the start. */
  readonly accepted: number;
  /** Replaces the current toxic; without an argument the link is sound. Dead connections stay dead. */
  become(toxic?: Toxic): Promise<void>;
  /** Resets (RST) every open connection, also dead ones. */
  reset(): void;
  /** Sends new connections to another port. */
  retarget(port: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

interface Link {
  readonly sockets: readonly [Socket, Socket];
  readonly pipes: readonly [FaultPipe, FaultPipe];
}

/**
 * A TCP proxy on loopback that injects network faults. Delays are a function of the seed.
 * With `postgres` it is a proxy before Postgres, which can drop notifications.
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
