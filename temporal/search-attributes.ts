import type { Connection } from '@temporalio/client';
import type { SearchAttributePair } from '@temporalio/common';
import proto from '@temporalio/proto';
import { causesOf } from '../processes/error-cause.ts';
import { type SessionToStart, searchAttributeKeys } from './session-workflow.ts';

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
const NAMES = Object.values(searchAttributeKeys).map((key) => key.name);

/** A server needs a moment to make a new attribute usable; until then sessions start without. */
const ASK_AGAIN_MS = 10_000;

export interface SearchAttributes {
  /** True when a workflow may carry them. Registers what is missing, once. */
  usable(): Promise<boolean>;
  /** The server did not know them after all: ask again later. */
  forget(): void;
  ofStart(session: SessionToStart): SearchAttributePair[];
}

/** The search attributes of a session in Temporal, which works without them where a cluster refuses to register any. */
export function createSearchAttributes(deps: {
  connection: Connection;
  namespace: string;
  warn: (message: string) => void;
}): SearchAttributes {
  const { connection, namespace, warn } = deps;
  let known: boolean | undefined;
  let askAgainAt = 0;
  let asking: Promise<boolean> | undefined;
  let warned = false;

  async function ask(): Promise<boolean> {
    try {
      const missing = await missingNames();
      if (missing.length > 0) {
        await connection.operatorService.addSearchAttributes({
          namespace,
          searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
        });
      }
      known = true;
    } catch {
      known = (await missingNames().catch(() => NAMES)).length === 0;
      if (!known && (await serverAnswers())) refuse();
      else if (!known) known = undefined; // Temporal is away: the next start asks again.
    }
    return known ?? false;
  }

  async function missingNames(): Promise<readonly string[]> {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return NAMES.filter((name) => !(name in (customAttributes ?? {})));
  }

  async function serverAnswers(): Promise<boolean> {
    return connection.workflowService.getSystemInfo({}).then(
      () => true,
      () => false,
    );
  }

  function refuse(): void {
    askAgainAt = Number.POSITIVE_INFINITY;
    if (warned) return;
    warned = true;
    warn(`Temporal refused to register the search attributes ${NAMES.join(', ')}; sessions go without them.`);
  }

  return {
    async usable() {
      if (known === true) return true;
      if (Date.now() < askAgainAt) return false;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget() {
      known = undefined;
      askAgainAt = Date.now() + ASK_AGAIN_MS;
    },
    ofStart: (session) => [
      { key: searchAttributeKeys.tenantId, value: session.tenantId },
      { key: searchAttributeKeys.agentId, value: session.agentId },
      { key: searchAttributeKeys.status, value: 'running' },
    ],
  };
}

/** INVALID_ARGUMENT of a start that names an attribute the server has no mapping for (yet). */
export function isUnknownSearchAttribute(error: unknown): boolean {
  return [...causesOf(error)].some((cause) => {
    if (!(cause instanceof Error)) return false;
    const details = 'details' in cause ? String(cause.details) : '';
    return /search attribute|no mapping/i.test(`${cause.message} ${details}`);
  });
}
