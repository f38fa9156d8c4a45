import { isIPv6 } from 'node:net';

const WILDCARDS = new Set(['0.0.0.0', '::']);

/** The address at which clients on this machine reach a server that listens on `host` (AGENT_RUNS_HOST). */
export function baseUrlOf(host: string, port: number): string {
  if (WILDCARDS.has(host)) return `http://127.0.0.1:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
