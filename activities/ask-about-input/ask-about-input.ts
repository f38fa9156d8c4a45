import { inOneMessage } from '../../db/one-message.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { keepProviderVerdicts, providerVerdicts } from '../../db/queries/guardrail-verdict.ts';
import { unconsumedMessages } from '../../db/queries/inbox.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { type Guarding, guardText, type ProviderVerdict } from '../../domain/guardrails/guard-text.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { askedKey } from '../../guardrails/asked-key.ts';
import { SUSPENDED } from '../call-model/interrupt-doorbell.ts';
import { askedProviders } from '../guardrails/asked-providers.ts';
import { heartbeating } from '../heartbeat.ts';
import { MESSAGE_BYTES_PER_BOUNDARY, MESSAGES_PER_BOUNDARY } from '../refresh-context/boundary.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';

/** The number of messages that are shown to providers at once. */
const AT_ONCE = 8;

/**
 * Asks external guardrail providers about the messages that wait for the turn, because the stage that reads them touches Postgres
 * only. Each verdict is kept under what was asked, in one transaction at the end. If this process dies before it, the next
 * attempt asks again; if it dies after it, the next attempt finds nothing left to ask. An interrupt stops it: the boundary ends
 * the session before it needs a verdict.
 */
export function createAskAboutInput(deps: StageDeps) {
  return async function askAboutInput(ref: TurnRef): Promise<void> {
    const doorbell = deps.doorbell.register(ref);
    try {
      await heartbeating(() => ask(ref, doorbell));
    } finally {
      doorbell.unregister();
    }
  };

  async function ask(
    ref: TurnRef,
    { signal: rung, suspended }: { readonly signal: AbortSignal; readonly suspended: AbortSignal },
  ): Promise<void> {
    const { inbox, guardrails, known } = await deps.db.transaction(ref.tenantId, (tx) =>
      inOneMessage({
        inbox: unconsumedMessages(tx, ref.sessionId, MESSAGES_PER_BOUNDARY, MESSAGE_BYTES_PER_BOUNDARY),
        guardrails: guardrailsOfSession(tx, ref.sessionId),
        known: providerVerdicts(tx, ref.sessionId),
      }),
    );
    const asked = await askedProviders(deps, ref.tenantId, guardrails, suspended);
    if (asked === undefined) return;
    const said = new Map<string, ProviderVerdict>();
    const remember: Guarding['ask'] = async (...about) => {
      const key = askedKey(...about);
      const verdict = known.get(key) ?? (await asked.ask(...about));
      if (!known.has(key)) said.set(key, verdict);
      return verdict;
    };
    const { rules } = compiledRules(guardrails);
    const scan = createScan(deps.evaluator.of(ref.tenantId));
    const texts = inbox.flatMap(({ type, payload }) => (type === 'user.message' ? [payload.text] : []));
    // The session of a suspended tenant pauses behind this stage. So it needs a verdict: that of providers that do not answer.
    const isStopped = () => rung.aborted && rung.reason !== SUSPENDED;
    const stopped = new Promise<void>((resolve) => {
      rung.addEventListener('abort', () => isStopped() && resolve());
    });
    for (let at = 0; at < texts.length && !isStopped(); at += AT_ONCE) {
      const judged = texts
        .slice(at, at + AT_ONCE)
        .map((text) => guardText(text, { hook: 'input', rules, ask: remember, scan }));
      await Promise.race([Promise.all(judged), stopped]);
    }
    deps.reached('input_judged.after');
    if (said.size > 0) {
      await deps.db.transaction(ref.tenantId, (tx) => keepProviderVerdicts(tx, ref.sessionId, said));
    }
    deps.reached('input_verdicts_kept.after');
  }
}
