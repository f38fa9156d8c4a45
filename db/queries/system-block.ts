import type { MemorySettings } from '../../contract/memory.ts';
import type { Tx } from '../database.ts';

type SystemBlock = MemorySettings['system_block'];

/** Says who may note facts in the block `system`. */
export async function readSystemBlock(tx: Tx): Promise<SystemBlock> {
  const [row] = await tx.query<{ by: SystemBlock | null }>(
    'read-system-block',
    'SELECT system_block AS by FROM tenant WHERE id = $1',
    [tx.tenantId],
  );
  return row?.by ?? 'people';
}

export function changeSystemBlock(tx: Tx, by: SystemBlock): void {
  tx.send('change-system-block', 'UPDATE tenant SET system_block = $2 WHERE id = $1', [tx.tenantId, by]);
}
