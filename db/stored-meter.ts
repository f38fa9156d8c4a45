import { randomUUID } from 'node:crypto';
import { createTenantMeter, type TenantMeter } from '../processes/tenant-meter.ts';
import type { Database } from './database.ts';
import { writeMeterReadings } from './queries/tenant-meter.ts';

/** Makes the meter of this process, whose readings are rows of Postgres. `kind` is what the operator knows the process as. */
export function createStoredMeter(options: {
  kind: 'api' | 'worker';
  db: Pick<Database, 'serviceTransaction'>;
  warn: (message: string, error?: unknown) => void;
  /** Default 5 s. */
  flushMs?: number | undefined;
}): TenantMeter {
  const { db, kind, warn, flushMs } = options;
  const processId = `${kind}-${randomUUID()}`;
  return createTenantMeter({
    warn,
    flushMs,
    write: (readings) => db.serviceTransaction((tx) => writeMeterReadings(tx, processId, readings)),
  });
}
