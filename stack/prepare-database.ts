import { migrate } from '../db/migrate.ts';
import { ensureFirstTenant } from '../service/tenants/first-tenant.ts';

/** What a stack does to its database before it serves. */
export interface DatabasePreparation {
  migrate(databaseUrl: string): Promise<void>;
  /** Returns a valid API key: `existingKey` if it still is one. */
  ensureFirstTenant(input: { databaseUrl: string; existingKey?: string }): Promise<{ apiKey: string }>;
}

export const DATABASE_PREPARATION: DatabasePreparation = { migrate, ensureFirstTenant };
