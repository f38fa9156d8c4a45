/** The word for names beyond the limit. */
export const OTHER = 'other';

export interface SeriesLimits {
  /** The names that a metric may have in all. */
  readonly names: number;
  /** The names that one tenant may bring to a metric. */
  readonly namesOfTenant: number;
  readonly nameLength: number;
}

const DEFAULT_LIMITS: SeriesLimits = { names: 1_000, namesOfTenant: 200, nameLength: 120 };

/** Takes the names that tenants chose for a metric. @returns the same names, or `other` for each of them */
export type AdmitNames = (tenantId: string, names: readonly string[]) => readonly string[];

/**
 * Bounds the series of one metric. Tenants choose the names of agents, models and tools, and a series is kept for as long as
 * the process lives. So a metric takes a limited number of names, and so many of one tenant that none uses up the room of all.
 */
export function createAdmitNames(limits: SeriesLimits = DEFAULT_LIMITS): AdmitNames {
  const admitted = new Set<string>();
  const ofTenant = new Map<string, number>();
  return (tenantId, names) => {
    const key = names.join('\u0000');
    if (admitted.has(key)) return names;
    const count = ofTenant.get(tenantId) ?? 0;
    const fits = admitted.size < limits.names && count < limits.namesOfTenant;
    if (!fits || names.some(({ length }) => length > limits.nameLength)) return names.map(() => OTHER);
    admitted.add(key);
    ofTenant.set(tenantId, count + 1);
    return names;
  };
}
