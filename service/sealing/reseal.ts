import type { Database } from '../../db/database.ts';
import { countUnderOlderKeys, replaceSealed, someUnderOlderKeys } from '../../db/queries/sealed-secret.ts';
import { tenantIds } from '../../db/queries/tenant.ts';
import { SealError, type Sealer } from '../../processes/seal.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

type BoundColumn = (typeof SEALED_COLUMNS)[number];

export interface ResealDeps {
  readonly db: Database;
  readonly sealer: Sealer;
  /** Told of progress, one line at a time. */
  readonly say: (line: string) => void;
}

export interface Resealed {
  /** How many secrets were sealed anew. */
  readonly resealed: number;
  /** How many are left under an older key: they could not be opened, or were changed meanwhile. */
  readonly left: number;
}

/** How many secrets one transaction seals anew. */
const BATCH = 20;

/** Counts the secrets of all tenants that are not sealed under the current key. */
export async function countToReseal(deps: ResealDeps): Promise<number> {
  let secrets = 0;
  for (const tenantId of await deps.db.serviceTransaction(tenantIds)) secrets += await leftOf(deps, tenantId);
  return secrets;
}

/**
 * Seals every secret under the current key that is not sealed under it yet, tenant by tenant, in transactions of at most
 * `BATCH` secrets. It can be killed and run again at any point: each secret is replaced by itself, sealed under one key or the
 * other, and what is sealed under the current key already is left alone. Services may run beside it; a secret that one of them
 * replaces meanwhile is not overwritten.
 */
export async function resealAll(deps: ResealDeps): Promise<Resealed> {
  let resealed = 0;
  let left = 0;
  for (const tenantId of await deps.db.serviceTransaction(tenantIds)) {
    let ofTenant = 0;
    for (const column of SEALED_COLUMNS) ofTenant += await resealColumn(deps, tenantId, column);
    const leftOfTenant = await leftOf(deps, tenantId);
    if (ofTenant > 0 || leftOfTenant > 0) {
      deps.say(`Tenant ${tenantId}: ${ofTenant} sealed anew, ${leftOfTenant} left.`);
    }
    resealed += ofTenant;
    left += leftOfTenant;
  }
  return { resealed, left };
}

async function leftOf({ db, sealer }: ResealDeps, tenantId: string): Promise<number> {
  return db.transaction(tenantId, async (tx) => {
    const counts = await Promise.all(SEALED_COLUMNS.map((column) => countUnderOlderKeys(tx, column, sealer.prefix)));
    return counts.reduce((total, count) => total + count, 0);
  });
}

async function resealColumn(deps: ResealDeps, tenantId: string, column: BoundColumn): Promise<number> {
  let resealed = 0;
  let afterId = '';
  for (;;) {
    const batch = await deps.db.transaction(tenantId, async (tx) => {
      const secrets = await someUnderOlderKeys(tx, column, { prefix: deps.sealer.prefix, afterId, limit: BATCH });
      let replaced = 0;
      for (const { id, sealed } of secrets) {
        const after = sealedAnew(deps, tenantId, column, { id, sealed });
        if (after !== undefined && (await replaceSealed(tx, column, { id, before: sealed, after }))) replaced += 1;
      }
      return { replaced, lastId: secrets.at(-1)?.id };
    });
    resealed += batch.replaced;
    if (batch.lastId === undefined) return resealed;
    afterId = batch.lastId;
  }
}

/** @returns undefined, after a line that says why, when the secret does not open: the others are sealed anew all the same */
function sealedAnew(
  { sealer, say }: ResealDeps,
  tenantId: string,
  { table, column, boundTo }: BoundColumn,
  { id, sealed }: { readonly id: string; readonly sealed: Buffer },
): Buffer | undefined {
  const binding = { tenantId, rowId: boundTo(id) };
  try {
    return sealer.seal(sealer.open(sealed, binding), binding);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    say(`${table}.${column} of ${id} (tenant ${tenantId}) cannot be opened: ${error.message}.`);
    return undefined;
  }
}
