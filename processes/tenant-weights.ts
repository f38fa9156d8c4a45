/** The weights of tenants, as this process knows them (docs/adr/0031-fair-shares.md). */
export interface TenantWeights {
  of(tenantId: string): number;
  /** Takes the weights of all tenants that have another than 1. */
  replace(weighted: readonly { readonly id: string; readonly weight: number }[]): void;
}

/** Until the first weights are read, every tenant has the weight 1. */
export function createTenantWeights(): TenantWeights {
  let weights: ReadonlyMap<string, number> = new Map();
  return {
    of: (tenantId) => weights.get(tenantId) ?? 1,
    replace(weighted) {
      weights = new Map(weighted.map(({ id, weight }) => [id, weight]));
    },
  };
}
