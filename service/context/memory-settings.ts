import { type MemorySettings, memorySettingsSchema } from '../../contract/memory.ts';
import { changeSearchLanguage, readSearchLanguage } from '../../db/queries/search-language.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

/** Says in which language the tenant's facts and documents are searched. */
export const readMemorySettings: Verb<object, MemorySettings> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  const language = await ctx.db.transaction(ctx.tenantId, readSearchLanguage);
  return { language };
};

/** Changes the language, and finds the words of all facts and documents anew. */
export const changeMemorySettings: Verb<{ body: unknown }, MemorySettings> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { language } = parseInput(memorySettingsSchema, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await changeSearchLanguage(tx, language);
    await audit(tx, ctx, 'memory.settings', language);
    return { language };
  });
};
