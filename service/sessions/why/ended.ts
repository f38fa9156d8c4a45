import type { BudgetShortage } from '../../../contract/events.ts';
import type { Cause, Remedy } from '../../../contract/why.ts';
import { failuresOfTurn } from './causes.ts';
import { type Facts, ofSession, type Told, usd } from './facts.ts';

/** Says why a session has ended, with the whole chain of causes, and how it goes on. */
export function whyEnded(facts: Facts): Told {
  const { session, standing } = facts;
  const since = (session.endedAt ?? standing.lastEventAt).toISOString();
  const { error } = session;
  const causes: Cause[] = [];
  if (error !== null) {
    const { code, message, provider, model, status } = error;
    causes.push({ of: 'session', code, message, provider, model, status });
  }
  // What failed in a turn that was closed all the same did not end the session.
  const isOpen = standing.lastTurn !== null && standing.lastTurn.closedAt === null;
  if (isOpen || session.endReason === 'error') causes.push(...failuresOfTurn(facts));
  return { sentence: sentenceOf(facts), waits_for: 'nothing', since, causes, unblocked_by: remediesOf(facts) };
}

function sentenceOf({ session, standing }: Facts): string {
  const { turns, error, budget } = session;
  switch (session.endReason) {
    case 'completed':
      return `The session has completed after ${turns} turns: its last answer called no tool, and no message was unread.`;
    case 'max_turns':
      return `The session ended because its ${session.maxTurns} turns were used up and there was more to do.`;
    case 'budget_exhausted':
      return `The session ended for want of money. ${shortage(budget)}`.trim();
    case 'interrupted':
      return 'The session ended because somebody sent it an interrupt.';
    case 'idle_timeout':
      return `The session ended because no message came within its idle time of ${standing.idleTimeoutMs / 1_000} s.`;
    case 'error':
      return `The session ended with an error (${error?.code ?? 'unknown'}): ${error?.message ?? 'no message was kept.'}`;
    case 'terminated':
      return `The session was terminated (${error?.code ?? 'unknown'}): ${error?.message ?? 'nobody said why.'}`;
    case null:
      return 'The session has ended.';
  }
}

export function shortage(budget: Facts['session']['budget']): string {
  if (budget === null) return '';
  const of = budget.account === 'run' ? 'The run' : "The agent's day";
  const spent = `${of} has spent ${usd(budget.spentUsd)} of ${usd(budget.capUsd)}`;
  if (budget.excessUsd !== undefined) {
    return `${spent}, and providers charged ${usd(budget.excessUsd)} above the bounds of their requests.`;
  }
  return `${spent}, and the next request needs ${usd(budget.neededUsd)}.`;
}

/** What has to be done before a retry, and the retry. */
function remediesOf(facts: Facts): Remedy[] {
  const { session, standing } = facts;
  if (session.endReason === 'completed') {
    return [
      {
        what: 'Starts a new session: one that has completed cannot be retried.',
        method: 'POST',
        path: `/v1/agents/${session.agentId}/run`,
        body: { message: '…' },
      },
    ];
  }
  if (session.replay?.recordedModels) {
    return [
      {
        what: 'Plays the recorded session again: a replay with recorded answers cannot be retried.',
        method: 'POST',
        path: ofSession(session.replay.of, 'replay'),
        body: { models: 'recorded' },
      },
    ];
  }
  const body: Record<string, unknown> = {};
  if (session.turns >= session.maxTurns) body.max_turns = session.turns + 10;
  const { budget } = session;
  if (session.endReason === 'budget_exhausted' && budget !== null && budget.account === 'run') {
    body.budget_cap_usd = enough(budget);
  }
  const isUnknown = standing.lastTurn?.calls.some((call) => call.state === 'unknown' && call.mayHaveChanged) === true;
  if (isUnknown) body.unknown_effects = 'accept';
  const again: Remedy = {
    what: isUnknown
      ? 'Has the session go on where it ended, once you have seen what became of the calls whose effect is unknown.'
      : 'Has the session go on where it ended, as the same session.',
    method: 'POST',
    path: ofSession(session.id, 'retry'),
    body,
  };
  return [...firstOf(facts), again];
}

/** A cap under which the next request, and some more, can be paid. */
export function enough({ capUsd, spentUsd, neededUsd, excessUsd = 0 }: BudgetShortage): number {
  return Number((Math.max(capUsd, spentUsd + excessUsd + neededUsd) * 1.5).toPrecision(3));
}

/** The requests that mend the cause. */
function firstOf({ session, providerIds }: Facts): Remedy[] {
  const { error, budget, agentId } = session;
  if (session.endReason === 'budget_exhausted' && budget?.account === 'agent_day') {
    return [
      {
        what: "Raises the limit of the agent's day. The next day (UTC) brings money, too.",
        method: 'PUT',
        path: '/v1/budget/limits',
        body: { agent_id: agentId, daily_usd: enough(budget) },
      },
    ];
  }
  switch (error?.code) {
    case 'no_provider':
      return [
        {
          what: 'Connects a provider.',
          method: 'POST',
          path: '/v1/providers',
          body: { provider: '…', api_key: '…' },
        },
      ];
    case 'no_model_available':
      return error.provider === undefined ? [] : testsOf([error.provider], providerIds);
    case 'agent_suspended':
    case 'agent_terminated':
      return [
        {
          what: 'Activates the agent.',
          method: 'PATCH',
          path: `/v1/agent/profiles/lifecycle/${agentId}`,
          body: { state: 'active' },
        },
      ];
    default:
      return [];
  }
}

/** Requests that test providers, and bring their models back if they answer. */
export function testsOf(providers: readonly string[], ids: ReadonlyMap<string, string>): Remedy[] {
  return [...new Set(providers)].flatMap((name) => {
    const id = ids.get(name);
    if (id === undefined) return [];
    const path = `/v1/providers/${id}`;
    return [
      {
        what: `Mends the provider "${name}", if its key or address is wrong.`,
        method: 'PATCH',
        path,
        body: { api_key: '…' },
      },
      {
        what: `Tests the provider "${name}". If it answers, its models are back.`,
        method: 'POST',
        path: `${path}/test`,
      },
    ] satisfies Remedy[];
  });
}
