import { changeMemorySettingsSchema, type MemorySettings } from '../../contract/memory.ts';
import type { Tx } from '../../db/database.ts';
import { changeSearchLanguage, readSearchLanguage } from '../../db/queries/search-language.ts';
import { changeSystemBlock, readSystemBlock } from '../../db/queries/system-block.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

/** Says in which language the tenant's facts and documents are searched, and who may write rules for agents. */
export const readMemorySettings: Verb<object, MemorySettings> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, settingsOf);
};

/** Changes what is given. After a change of the language, the words of all facts and documents are found anew. */
export const changeMemorySettings: Verb<{ body: unknown }, MemorySettings> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const change = parseInput(changeMemorySettingsSchema, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (change.language !== undefined) await changeSearchLanguage(tx, change.language);
    if (change.system_block !== undefined) changeSystemBlock(tx, change.system_block);
    const settings = await settingsOf(tx);
    await audit(tx, ctx, 'memory.settings', settings.language, change);
    return settings;
  });
};

async function settingsOf(tx: Tx): Promise<MemorySettings> {
  return { language: await readSearchLanguage(tx), system_block: await readSystemBlock(tx) };
}
