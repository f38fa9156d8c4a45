import type { Remedy } from '../../../contract/why.ts';
import type { PendingInWhy } from '../../../db/queries/session-why.ts';
import { enough, shortage } from './ended.ts';
import { aboutWorkers, type Facts, isOverdue, ofSession, type Told } from './facts.ts';

/** Says what an idle session waits for. */
export function whyIdle(facts: Facts): Told {
  const { session } = facts;
  switch (session.idleCause) {
    case 'awaiting_input':
      return awaitingInput(facts);
    case 'requires_action':
      return requiresAction(facts);
    case 'budget':
      return forMoney(facts);
    case 'paused':
      return paused(facts);
    case null:
      return { sentence: 'The session is idle.', waits_for: 'unknown', since: facts.standing.updatedAt.toISOString() };
  }
}

const send = (id: string, what: string, body: Record<string, unknown>): Remedy => ({
  what,
  method: 'POST',
  path: ofSession(id, 'events'),
  body,
});

function awaitingInput(facts: Facts): Told {
  const { session, standing } = facts;
  const since = standing.lastEventAt.toISOString();
  if (standing.unread > 0)
    return goesOn(facts, 'A message was accepted that wakes the session', standing.oldestUnreadAt);
  const until = new Date(standing.lastEventAt.getTime() + standing.idleTimeoutMs).toISOString();
  return {
    sentence: `The session has answered and waits for a message until ${until}; then it ends as idle_timeout.`,
    waits_for: 'message',
    since,
    until,
    unblocked_by: [send(session.id, 'Sends the next message.', { type: 'user.message', text: '…' })],
  };
}

/** The session has what it waited for. It goes on as soon as a worker takes its next step. */
function goesOn(facts: Facts, had: string, at: string | null): Told {
  const since = at ?? facts.standing.lastEventAt.toISOString();
  if (!isOverdue(facts, since)) return { sentence: `${had}. It is about to go on.`, waits_for: 'nothing', since };
  if (facts.workflow?.kind === 'away') {
    return {
      sentence: `${had}, but Temporal does not answer. It goes on when Temporal does.`,
      waits_for: 'temporal',
      since,
    };
  }
  const { sentence, unknown } = aboutWorkers(facts);
  return { sentence: `${had}. ${sentence}`, waits_for: 'worker', since, unknown };
}

function requiresAction(facts: Facts): Told {
  const { session, standing } = facts;
  const { pending } = standing;
  const since = standing.lastEventAt.toISOString();
  const [first] = pending.toSorted((a, b) => a.expiresAt.localeCompare(b.expiresAt));
  if (first === undefined) return goesOn(facts, 'Everything that a person had to decide is decided', null);
  const named = pending.slice(0, 3).map(({ kind, toolName }) => `${toolName} (${kind})`);
  const more = pending.length > named.length ? ` and ${pending.length - named.length} more` : '';
  return {
    sentence: `The session waits for a person to decide about ${named.join(', ')}${more}. What is not answered by ${first.expiresAt} is decided by itself.`,
    waits_for: 'person',
    since,
    until: first.expiresAt,
    unblocked_by: pending.slice(0, 20).map((action) => answerOf(session.id, action)),
  };
}

export function answerOf(sessionId: string, { kind, toolCallId, toolName }: PendingInWhy): Remedy {
  switch (kind) {
    case 'approval':
      return send(sessionId, `Allows the call of ${toolName}, or denies it.`, {
        type: 'user.tool_confirmation',
        tool_use_id: toolCallId,
        result: 'allow',
      });
    case 'effect_unknown':
      return send(sessionId, `Says how to go on with the call of ${toolName}, whose effect is unknown.`, {
        type: 'user.effect_resolution',
        tool_use_id: toolCallId,
        action: 'skip',
      });
    case 'form':
      return send(sessionId, `Fills in what ${toolName} asks for.`, {
        type: 'user.form_response',
        tool_use_id: toolCallId,
        action: 'accept',
        content: {},
      });
  }
}

function forMoney({ session, standing }: Facts): Told {
  const { budget } = session;
  const ofRun: Remedy[] =
    budget === null || budget.account === 'run'
      ? [
          {
            what: 'Raises the cap of the run. The turn that waits is then served.',
            method: 'PATCH',
            path: `/v1/sessions/${session.id}`,
            body: { budget_cap_usd: budget === null ? '…' : enough(budget) },
          },
        ]
      : [
          {
            what: "Raises the limit of the agent's day. The next day (UTC) brings money, too.",
            method: 'PUT',
            path: '/v1/budget/limits',
            body: { agent_id: session.agentId, daily_usd: enough(budget) },
          },
        ];
  return {
    sentence: `The session waits for money. ${shortage(budget)}`.trim(),
    waits_for: 'money',
    since: standing.lastEventAt.toISOString(),
    unblocked_by: ofRun,
  };
}

function paused(facts: Facts): Told {
  const { session, standing } = facts;
  const since = standing.lastEventAt.toISOString();
  const told = (by: string, unblocked: readonly Remedy[]): Told => ({
    sentence: `The session is paused: ${by}. It waits until it is resumed, and costs nothing.`,
    waits_for: 'resume',
    since,
    unblocked_by: unblocked,
  });
  const remedies: Remedy[] = [];
  if (standing.pausedBy !== null) {
    remedies.push({ what: 'Has the session go on.', method: 'POST', path: ofSession(session.id, 'resume') });
  }
  if (standing.agentPausedBy !== null) {
    const path = `/v1/agents/${session.agentId}/sessions/resume`;
    remedies.push({ what: 'Has the sessions of the agent go on.', method: 'POST', path });
  }
  if (standing.tenantPausedBy !== null) {
    remedies.push({ what: 'Has all sessions of the tenant go on.', method: 'POST', path: '/v1/sessions/resume' });
  }
  if (standing.suspended) return told('the operator has suspended the tenant, and has to resume it', remedies);
  if (standing.tenantPausedBy !== null)
    return told(`${standing.tenantPausedBy} has paused all sessions of the tenant`, remedies);
  if (standing.agentPausedBy !== null)
    return told(`${standing.agentPausedBy} has paused all sessions of the agent`, remedies);
  if (standing.pausedBy !== null) return told(`${standing.pausedBy} has paused it`, remedies);
  return goesOn(facts, 'The session was resumed', standing.updatedAt.toISOString());
}
