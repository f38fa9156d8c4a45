import type { McpServerHealth } from '../../contract/mcp-server-health.ts';
import { bytesOfJson, createSizedCache, fewBytes } from '../../domain/sized-cache.ts';
import type { McpServer } from '../calls/tool-call.ts';

/** The facts that are reported when the health of a server changes. */
export interface HealthChange {
  readonly server: McpServer;
  readonly health: McpServerHealth;
  /** The number of failures in a row. */
  readonly failures: number;
}

export interface ServerHealth {
  /** The reason why a server is not to be tried now; undefined if it may be tried. */
  restOf(key: string): { readonly why: string; readonly waitMs: number } | undefined;
  /**
   * The server could not be reached, or went away.
   * @param why a sentence of ours, since anyone who may read sees it (I10)
   * @param restless true if it may be tried again at once, however often it has failed
   */
  failed(key: string, server: McpServer, why: string, restless?: boolean): void;
  /** The server has answered. */
  answered(key: string, server: McpServer): void;
}

/** After this many failures in a row, a server may still be tried at once. A server that is deployed again needs no more. */
const FAILURES_WITHOUT_REST = 2;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
const KEPT_BYTES = 4 * 1024 * 1024;

interface Failing {
  readonly failures: number;
  readonly why: string;
  readonly untilMs: number;
}

/**
 * Remembers, by key of their connection, which servers fail, and lets each rest longer after every failure in a row, up to a
 * minute. A server that fails at its start would otherwise be started once for every call of every session.
 */
export function createServerHealth(options: {
  readonly nowMs: () => number;
  readonly onChange?: ((change: HealthChange) => void) | undefined;
}): ServerHealth {
  const failing = createSizedCache<Failing>({ maxBytes: KEPT_BYTES, bytesOf: bytesOfJson });
  const up = createSizedCache<true>({ maxBytes: KEPT_BYTES, bytesOf: fewBytes });

  return {
    restOf(key) {
      const known = failing.get(key);
      const waitMs = (known?.untilMs ?? 0) - options.nowMs();
      return known === undefined || waitMs <= 0 ? undefined : { why: known.why, waitMs };
    },
    failed(key, server, why, restless = false) {
      const failures = (failing.get(key)?.failures ?? 0) + 1;
      const restMs = restless ? 0 : restAfter(failures);
      const untilMs = options.nowMs() + restMs;
      failing.set(key, { failures, why, untilMs });
      up.delete(key);
      const until = restMs === 0 ? undefined : new Date(untilMs).toISOString();
      options.onChange?.({ server, health: { state: 'down', why, until }, failures });
    },
    answered(key, server) {
      if (up.get(key) === true) return;
      failing.delete(key);
      up.set(key, true);
      options.onChange?.({ server, health: { state: 'up' }, failures: 0 });
    },
  };
}

function restAfter(failures: number): number {
  if (failures <= FAILURES_WITHOUT_REST) return 0;
  return Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - FAILURES_WITHOUT_REST - 1));
}
