import type { Remedy } from '../../../contract/why.ts';
import type { LastTurn } from '../../../db/queries/session-why.ts';
import { ordinal } from '../../../domain/ordinal.ts';
import type { ActivityProgress } from '../../../temporal/workflow-progress.ts';
import { causesOfOutages, failuresOfTurn } from './causes.ts';
import { testsOf } from './ended.ts';
import { aboutWorkers, type Facts, isOverdue, isToPause, type Told } from './facts.ts';
import { attemptOf, isOpenCall, openSelection, type Stage, stageOf } from './stage.ts';

/** Says what a running session does or waits for. */
export function whyRunning(facts: Facts): Told {
  const stage = stageOf(facts);
  const told = heldUp(facts, stage) ?? atWork(facts, stage);
  const { standing } = facts;
  const ordered = [
    standing.interrupted ? 'An interrupt has been sent, and ends it at its next boundary.' : '',
    isToPause(standing) ? 'It is to pause before its next request to a model.' : '',
  ].filter((sentence) => sentence !== '');
  const causes = [...(told.causes ?? []), ...failuresOfTurn(facts)];
  return { ...told, stage, causes, sentence: [told.sentence, ...ordered].join(' ') };
}

/** The stages whose work is an activity, and its name. */
const ACTIVITIES: Readonly<Partial<Record<Stage['name'], readonly string[]>>> = {
  context: ['askAboutInput'],
  selection: ['countInput'],
  model_call: ['callModel'],
  tool_calls: ['callTool'],
};

/** What keeps the session from its next step: Temporal, the want of a worker, or failures of the stage itself. */
function heldUp(facts: Facts, stage: Stage): Told | undefined {
  const { workflow } = facts;
  const { since } = stage;
  if (workflow === undefined) return undefined;
  const where = `The session is at the stage "${stage.name}" of turn ${stage.turn_index}`;
  if (workflow.kind === 'away') return withoutTemporal(facts, stage, where);
  if (stage.name === 'start') return notStarted(facts, since);
  if (workflow.kind === 'closed') {
    if (!isOverdue(facts, since)) return undefined;
    return {
      sentence: `${where}, but its workflow in Temporal is closed or gone. A worker notices that within half a minute, and ends the session.`,
      waits_for: 'worker',
      since,
      causes: [{ of: 'workflow', code: 'workflow_lost', message: null }],
    };
  }
  const stages = ACTIVITIES[stage.name] ?? [];
  const activities = workflow.activities.filter((activity) => stages.includes(activity.stage));
  const waiting = activities.find((activity) => activity.state === 'waiting' && isOverdue(facts, activity.since));
  const task = workflow.task;
  const taskWaits = task?.state === 'waiting' && isOverdue(facts, task.since);
  if (waiting !== undefined || (taskWaits && !activities.some(({ state }) => state === 'under_way'))) {
    const at = (waiting?.since ?? task?.since)?.toISOString() ?? since;
    const { sentence, unknown } = aboutWorkers(facts);
    return {
      sentence: `${where}. ${sentence}`,
      waits_for: 'worker',
      since: at,
      unknown,
      causes: retriesOf(activities),
    };
  }
  const failing = activities.find((activity) => activity.state === 'backing_off');
  if (failing !== undefined) {
    return {
      sentence: `${where}, which failed (${failing.lastFailure ?? 'unknown'}) and is tried again for the ${ordinal(failing.attempt)} time.`,
      waits_for: 'nothing',
      since,
      until: failing.nextAt?.toISOString(),
      causes: retriesOf(activities),
    };
  }
  return activities.length === 0 && task === undefined ? withoutActivity(facts, stage, where) : undefined;
}

function withoutTemporal(facts: Facts, { name, since }: Stage, where: string): Told | undefined {
  const last = facts.standing.lastTurn;
  const underWay =
    (name === 'model_call' && last?.attempts.at(-1)?.state === 'dispatched') ||
    (name === 'tool_calls' && last?.calls.some(({ state }) => state === 'dispatched') === true);
  const unknown = ['Temporal did not answer within a second. What workers do now cannot be told.'];
  if (underWay) return { ...atWork(facts, stageOf(facts)), unknown };
  return {
    sentence: `${where}, and Temporal does not answer. It goes on when Temporal does.`,
    waits_for: 'temporal',
    since,
    unknown,
  };
}

function notStarted(facts: Facts, since: string): Told | undefined {
  if (!isOverdue(facts, since)) return undefined;
  const { sentence, unknown } = aboutWorkers(facts);
  return {
    sentence: `The workflow of the session has not been started. ${sentence}`,
    waits_for: 'worker',
    since,
    unknown,
  };
}

/** The workflow waits for a timer or a signal. */
function withoutActivity(facts: Facts, { name, since }: Stage, where: string): Told | undefined {
  if ((name !== 'model_call' && name !== 'tool_calls') || !isOverdue(facts, since)) return undefined;
  const open = name === 'model_call' ? 'The request to the model' : 'The call of the tool';
  return {
    sentence: `${where}. ${open} waits for a place: the tenant has as many calls under way as it may have.`,
    waits_for: 'place',
    since,
  };
}

function retriesOf(activities: readonly ActivityProgress[]): Told['causes'] {
  return activities.flatMap(({ stage, lastFailure }) =>
    lastFailure === undefined
      ? []
      : [
          {
            of: 'stage' as const,
            code: lastFailure === 'heartbeat' ? 'worker.lost' : lastFailure,
            message: `The stage ${stage} is tried again.`,
          },
        ],
  );
}

/** What the stage does, as the rows say. */
function atWork(facts: Facts, stage: Stage): Told {
  const { since, turn_index: turn } = stage;
  const last = facts.standing.lastTurn;
  const at = (sentence: string, more: Partial<Told> = {}): Told => ({ sentence, waits_for: 'nothing', since, ...more });
  switch (stage.name) {
    case 'start':
      return at('The session is about to start.');
    case 'context':
      return at(`The session reads messages and context of turn ${turn}.`);
    case 'closing':
      return at(`The session counts turn ${turn}, which has its answer and all results.`);
    case 'selection':
      return last === null ? at(`The session chooses a model for turn ${turn}.`) : selecting(facts, last, at);
    case 'model_call':
      return last === null ? at(`The session asks a model in turn ${turn}.`) : asking(facts, last, at);
    case 'tool_calls':
      return last === null ? at(`The session calls tools in turn ${turn}.`) : callingTools(last, at);
  }
}

type At = (sentence: string, more?: Partial<Told>) => Told;

function selecting(facts: Facts, last: LastTurn, at: At): Told {
  const { waits, counting, turn } = last;
  if (waits === null) {
    return at(
      counting
        ? `A provider counts the prompt of turn ${turn}, because money is short.`
        : `The session chooses a model for turn ${turn}.`,
    );
  }
  const { since } = waits;
  switch (waits.for) {
    case 'place':
      return at(
        `Turn ${turn} waits for a place among the calls to models: the tenant has as many under way as it may have.`,
        { waits_for: 'place', since },
      );
    case 'money_release':
      return at(
        `Turn ${turn} waits for money that other requests of the agent hold reserved. It waits for a minute at most, and then ends or asks for money.`,
        { waits_for: 'money_release', since, unblocked_by: [raiseOfDay(facts)] },
      );
    case 'model_up': {
      const [first] = facts.outages;
      const until = first?.until.toISOString() ?? waits.look;
      const sentence = `Every model that turn ${turn} may use is out. The first one is tried again at ${until}; after ten minutes of this the session ends.`;
      const providers = facts.outages.map(({ provider }) => provider);
      const unblocked = testsOf(providers, facts.providerIds);
      return at(sentence, {
        waits_for: 'model_up',
        since,
        until,
        causes: causesOfOutages(facts),
        unblocked_by: unblocked,
      });
    }
  }
}

function raiseOfDay({ session }: Facts): Remedy {
  return {
    what: "Raises the limit of the agent's day.",
    method: 'PUT',
    path: '/v1/budget/limits',
    body: { agent_id: session.agentId, daily_usd: '…' },
  };
}

function asking(facts: Facts, last: LastTurn, at: At): Told {
  const selected = openSelection(last);
  if (selected === undefined) return at(`The session asks a model in turn ${last.turn}.`);
  const { provider, model } = selected;
  const attempt = attemptOf(last, selected);
  const tries = last.attempts.filter(({ selection }) => selection === selected.selection).length;
  const again = tries > 1 ? ` It is the ${ordinal(tries)} request of this selection.` : '';
  const earlier = last.selections.length > 1 ? ` ${last.selections.length - 1} models failed before in this turn.` : '';
  switch (attempt?.state) {
    case 'dispatched':
      return at(
        `${model} of ${provider} has been asked in turn ${last.turn}, and its answer is not complete.${again}${earlier}`,
        {
          waits_for: 'model_answer',
          since: attempt.dispatchedAt ?? selected.createdAt,
          unknown: heartbeatsOf(facts, 'callModel'),
        },
      );
    case 'reserved':
    case undefined:
      return at(`The request of turn ${last.turn} to ${model} of ${provider} is about to be sent.${again}${earlier}`);
    case 'settled':
    case 'released':
    case 'unknown':
      return at(
        `A request to ${model} of ${provider} came to nothing, and turn ${last.turn} goes on.${again}${earlier}`,
      );
  }
}

function callingTools(last: LastTurn, at: At): Told {
  const open = last.calls.filter(isOpenCall);
  const underWay = open.filter(({ state }) => state === 'dispatched');
  const shown = underWay.length > 0 ? underWay : open;
  const names = shown.slice(0, 3).map(({ toolName }) => toolName);
  const more = shown.length > names.length ? ` and ${shown.length - names.length} more` : '';
  const [first] = underWay.flatMap(({ dispatchedAt }) => dispatchedAt ?? []).sort();
  if (underWay.length === 0)
    return at(`The call of ${names.join(', ')}${more} in turn ${last.turn} is about to be made.`);
  return at(`The session waits for the result of ${names.join(', ')}${more} in turn ${last.turn}.`, {
    waits_for: 'tool_result',
    ...(first === undefined ? {} : { since: first }),
  });
}

/** A worker that was killed is noticed only when its heartbeats have stayed away for some seconds. */
const SILENT_MS = 5_000;

function heartbeatsOf({ workflow, standing }: Facts, stage: string): readonly string[] {
  if (workflow?.kind !== 'open') return [];
  const activity = workflow.activities.find((each) => each.stage === stage && each.state === 'under_way');
  const heardAt = activity?.lastHeartbeatAt ?? activity?.since;
  if (heardAt === undefined || standing.now.getTime() - heardAt.getTime() < SILENT_MS) return [];
  return [`The worker that holds the request was last heard of at ${heardAt.toISOString()}. It may be gone.`];
}
