import { Context } from '@temporalio/activity';
import type { Tx } from '../../db/database.ts';
import { type CountToMake, countsToMake, readPromptToCount, storeCount } from '../../db/queries/input-count.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { toolSourcesVersion } from '../../db/queries/tool-source.ts';
import type { RequestContent } from '../../models/send-request.ts';
import { promptOf } from '../call-model/prompt.ts';
import { shownMediaData } from '../call-model/prompt-media.ts';
import { targetOf } from '../call-model/target.ts';
import { pinnedTo } from '../call-tools/session-tools.ts';
import { heartbeating } from '../heartbeat.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SelectionRef } from '../stage-results.ts';

interface OpenedCount {
  readonly count: CountToMake;
  /** Undefined: the model can't be dialled any more. */
  readonly request: RequestContent | undefined;
}

/**
 * Counts the prompts that a selection asked to have counted, so that it may reserve less than their bytes. It costs nothing and
 * changes nothing but the rows of the counts. Each of them is settled, if only as failed: the next selection goes on with
 * what there is. A second run finds what the first has stored, and asks for nothing twice. An interrupt or a suspension gives up
 * the counts under way.
 */
export function createCountInput(deps: StageDeps) {
  return function countInput(ref: SelectionRef): Promise<void> {
    const doorbell = deps.doorbell.register(ref);
    return heartbeating(async () => {
      const opened = await deps.db.transaction(ref.tenantId, (tx) => open(tx, ref));
      await Promise.all(opened.map((each) => settle(ref, each, doorbell.signal)));
    }).finally(doorbell.unregister);
  };

  async function settle(ref: SelectionRef, { count, request }: OpenedCount, rung: AbortSignal): Promise<void> {
    const cancelled = Context.current().cancellationSignal;
    deps.shares.turns.leave(ref.sessionId);
    const made = request && (await deps.inputCounter.count(request, AbortSignal.any([rung, cancelled])));
    // The next attempt asks again, on another worker.
    if (cancelled.aborted) throw cancelled.reason;
    deps.reached('input_counted.after');
    await deps.db.transaction(ref.tenantId, async (tx) => storeCount(tx, ref.sessionId, ref.turn, count, made));
    deps.reached('count_stored.after');
  }

  async function open(tx: Tx, ref: SelectionRef): Promise<OpenedCount[]> {
    const { sessionId, turn, selection } = ref;
    const { session, ended, ...read } = await behindLock(tx, ref, () => ({
      counts: countsToMake(tx, sessionId, turn),
      texts: readPromptToCount(tx, sessionId, turn, selection),
      providers: providersOfTenant(tx),
      toolsVersion: toolSourcesVersion(tx, sessionId),
    }));
    const { counts, texts, providers, toolsVersion } = read;
    if (ended !== undefined || texts === undefined) return [];
    const catalog = pinnedTo(await deps.sessionTools.catalog(tx, session, toolsVersion), texts.toolPins);
    const models = deps.registry.offeredModels(providers, session.models);
    const opened: OpenedCount[] = [];
    for (const count of counts) {
      const spec = models.find(({ provider, model }) => provider === count.provider && model === count.model);
      const dialled = spec && targetOf(deps, tx.tenantId, spec, providers);
      if (spec === undefined || dialled === undefined || 'problem' in dialled) {
        opened.push({ count, request: undefined });
        continue;
      }
      const transcript = await deps.transcripts.read(tx, sessionId, { turn, selection, window: count.window });
      const images = await shownMediaData(tx, sessionId, transcript);
      const prompt = promptOf(texts, transcript, catalog, images);
      const { target } = dialled;
      const request = { ...prompt, target, cacheKey: sessionId, maxOutputTokens: spec.maxOutputTokens };
      opened.push({ count, request });
    }
    return opened;
  }
}
