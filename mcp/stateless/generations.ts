import {
  type ClientOptions,
  type ConnectOptions,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/client';
import { causesOf, codeOf } from '../../processes/error-cause.ts';
import { neverConnected } from '../../processes/network-problem.ts';
import type { McpTransport } from '../calls/tool-call.ts';

/**
 * MCP has two generations. Up to 2025-11-25 a connection begins with `initialize` and may have a session; from 2026-07-28 on
 * each request stands for itself, and `server/discover` says what the server offers.
 */
export type Generation = 'sessions' | 'stateless';

/**
 * `probe` asks with `server/discover` and goes on with `initialize` when the answer says that the server is older, or when
 * there is none for some time. `patient_probe` waits for the answer as long as a connection may take.
 */
export type Opening = 'probe' | 'initialize' | 'patient_probe';

/**
 * The ways to open a connection, in the order in which they are tried. A server may have moved to the other generation since
 * it was last connected to, so what is remembered of it only decides what comes first.
 */
export function openingsOf(kind: McpTransport['kind'], known: Generation | undefined): readonly [Opening, Opening?] {
  if (kind === 'sse') return ['initialize'];
  return known === 'sessions' ? ['initialize', 'probe'] : ['probe', 'initialize'];
}

export function negotiationOf(
  opening: Opening,
  limits: { readonly probeTimeoutMs: number; readonly connectTimeoutMs: number },
): ClientOptions['versionNegotiation'] {
  const timeoutMs = opening === 'patient_probe' ? limits.connectTimeoutMs : limits.probeTimeoutMs;
  return { mode: 'auto', probe: { timeoutMs } };
}

/** The opening to try after `error`. A server that starts slowly may answer the probe only after it was taken for an older one. */
export function nextOpening(error: unknown, second: Opening | undefined): Opening | undefined {
  for (const cause of causesOf(error)) {
    if (cause instanceof ProtocolError && cause.code === ProtocolErrorCode.UnsupportedProtocolVersion) {
      return 'patient_probe';
    }
  }
  return otherOpeningMayHelp(error) ? second : undefined;
}

/** The option that overrides the negotiation for an opening. */
export function priorOf(opening: Opening): ConnectOptions['prior'] {
  return opening === 'initialize' ? { kind: 'legacy' } : undefined;
}

/**
 * True if the other opening may succeed: the server answered with a refusal or with something else, or it ended, as some
 * older servers do at a request that comes before `initialize`. False if it was not reached or wants a credential.
 */
function otherOpeningMayHelp(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (statusOf(cause) === 401 || statusOf(cause) === 403) return false;
    const code = codeOf(cause);
    if (code !== undefined && (NEVER_STARTED.includes(code) || neverConnected(code))) return false;
  }
  return true;
}

const NEVER_STARTED: readonly string[] = [
  'ERR_EGRESS_DENIED',
  'ERR_COMMAND_NOT_ALLOWED',
  'ERR_SERVER_UNAUTHORIZED',
  'ENOENT',
  'EACCES',
];

/** The HTTP status that an error of the SDK reports. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return 'code' in error && typeof error.code === 'number' && error.code >= 300 && error.code < 600
    ? error.code
    : undefined;
}
