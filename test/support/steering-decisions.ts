import fc from 'fast-check';
import { expect } from 'vitest';
import type { ApprovalResource } from '../../contract/approvals.ts';
import type { ApiResponse } from './client.ts';
import type { SteeredSession } from './steering-commands.ts';
import type { Decision, SteeringModel } from './steering-model.ts';
import { until } from './until.ts';

/** The way in which a random decision is given. */
export interface DecisionChoice {
  /** `once`: as it should be. `double`: with another answer at the same time. `late`: to a question that has its answer. */
  readonly how: 'once' | 'double' | 'late' | 'of another kind';
  /** The number of the answer among those that its kind takes. */
  readonly answer: number;
  /** A confirmation goes to the route of approvals. */
  readonly byRoute: boolean;
}

export const decisionChoices: fc.Arbitrary<DecisionChoice> = fc.record({
  how: fc.constantFrom('once', 'once', 'once', 'double', 'late', 'of another kind'),
  answer: fc.nat({ max: 2 }),
  byRoute: fc.boolean(),
});

export const showDecision = ({ how, answer, byRoute }: DecisionChoice) =>
  `decide(${how}, answer ${answer}${byRoute ? ', by route' : ''})`;

type Kind = ApprovalResource['kind'];

/** The answers to each kind of question: what is posted, and what its call must become if nothing else happens to it. */
const ANSWERS: Readonly<Record<Kind, readonly (Decision & { readonly event: object })[]>> = {
  approval: [
    { event: { type: 'user.tool_confirmation', result: 'allow' }, becomes: 'succeeded' },
    { event: { type: 'user.tool_confirmation', result: 'deny', deny_message: 'Not now.' }, becomes: 'denied' },
    {
      event: { type: 'user.tool_confirmation', result: 'allow', scope: 'session' },
      becomes: 'succeeded',
      ofTool: true,
    },
  ],
  effect_unknown: [
    { event: { type: 'user.effect_resolution', action: 'skip' }, becomes: 'unknown' },
    { event: { type: 'user.effect_resolution', action: 'result', result: 'It was done.' }, becomes: 'succeeded' },
    // It is lost again, and asks again.
    { event: { type: 'user.effect_resolution', action: 'retry' }, becomes: 'unknown' },
  ],
  form: [
    { event: { type: 'user.form_response', action: 'accept', content: { size: 'm' } }, becomes: 'succeeded' },
    { event: { type: 'user.form_response', action: 'decline' }, becomes: 'succeeded' },
    { event: { type: 'user.form_response', action: 'cancel' }, becomes: 'succeeded' },
  ],
};
const KINDS = Object.keys(ANSWERS) as Kind[];

/** Answers a question of the session, if there is one that the choice is about. */
export async function decide(choice: DecisionChoice, model: SteeringModel, session: SteeredSession): Promise<void> {
  if (!model.options.asks) return;
  const questions = await until('a question, or rest', async () => {
    const { status } = await session.stack.api.session(session.run.sessionId);
    const asked = await questionsOf(session);
    return status !== 'running' || asked.some(isPending) ? asked : undefined;
  });
  const waits = questions.find(isPending);
  if (choice.how === 'late') return decideLate(choice, model, session, questions);
  if (waits === undefined) return;
  const answer = answerOf(waits.kind, choice.answer);
  switch (choice.how) {
    case 'once':
      note(model, waits, answer, await send(session, waits, answer.event, choice.byRoute));
      return;
    case 'double': {
      const other = answerOf(waits.kind, choice.answer + 1);
      const [first, second] = await Promise.all([
        send(session, waits, answer.event, choice.byRoute),
        send(session, waits, other.event, false),
      ]);
      // The one that comes second is noted second: it has to be refused as one that is late.
      const inOrder = [
        { answer, response: first },
        { answer: other, response: second },
      ].sort((a, b) => a.response.status - b.response.status);
      for (const { answer: given, response } of inOrder) note(model, waits, given, response);
      return;
    }
    case 'of another kind': {
      const kind = KINDS[(KINDS.indexOf(waits.kind) + 1 + (choice.answer % 2)) % KINDS.length] ?? 'form';
      const { status, body } = await send(session, waits, answerOf(kind, choice.answer).event, false);
      expect([404, 409]).toContain(status);
      expect(body).toMatchObject({ error: { code: status === 404 ? 'no_such_tool_use' : 'session_ended' } });
      if (status === 409) model.ended = true;
    }
  }
}

function isPending({ status }: ApprovalResource): boolean {
  return status === 'pending';
}

async function decideLate(
  choice: DecisionChoice,
  model: SteeringModel,
  session: SteeredSession,
  questions: readonly ApprovalResource[],
): Promise<void> {
  // A call that was made again may ask again at any moment, and then the answer would be to its new question.
  const over = questions.find(({ status, action }) => status !== 'pending' && action !== 'retry');
  if (over === undefined || questions.some((each) => each !== over && each.tool_use_id === over.tool_use_id)) return;
  const response = await send(session, over, answerOf(over.kind, choice.answer).event, choice.byRoute);
  expect(response.status).toBe(409);
  noteRefusal(model, over, response);
}

/** The newest first. */
async function questionsOf({ stack, run }: SteeredSession): Promise<readonly ApprovalResource[]> {
  const path = `/v1/mcp/approvals?session_id=${run.sessionId}&limit=100`;
  return (await stack.api.call<{ data: ApprovalResource[] }>('GET', path)).data;
}

function answerOf(kind: Kind, number: number) {
  const answers = ANSWERS[kind];
  const answer = answers[number % answers.length];
  if (answer === undefined) throw new Error(`There is no answer to ${kind}.`);
  return answer;
}

function send(
  { stack, run }: SteeredSession,
  question: ApprovalResource,
  event: object,
  byRoute: boolean,
): Promise<ApiResponse> {
  const { type: _type, result, ...body } = { type: undefined, result: undefined, ...event };
  return byRoute && question.kind === 'approval'
    ? stack.api.request('POST', `/v1/mcp/approvals/${question.id}/${result === 'allow' ? 'approve' : 'deny'}`, body)
    : stack.api.request('POST', `/v1/sessions/${run.sessionId}/events`, {
        ...event,
        tool_use_id: question.tool_use_id,
      });
}

/** Notes an answer that was accepted, and checks that one that was refused had to be. */
function note(model: SteeringModel, question: ApprovalResource, decision: Decision, response: ApiResponse): void {
  if (response.status === 409) {
    noteRefusal(model, question, response);
    return;
  }
  expect([200, 202]).toContain(response.status);
  expect([model.ended, model.interrupted, model.answered.has(question.id)]).toEqual([false, false, false]);
  model.inboxSeq += 1;
  if (response.status === 202) expect(response.body).toMatchObject({ inbox_seq: model.inboxSeq, status: 'queued' });
  model.answered.add(question.id);
  model.decisions.set(question.tool_use_id, { becomes: decision.becomes });
  if (decision.ofTool === true) model.allowedTools.add(question.tool_name);
}

function noteRefusal(model: SteeringModel, question: ApprovalResource, { body }: ApiResponse): void {
  const { code } = (body as { error: { code: string } }).error;
  const isLawful: Readonly<Record<string, boolean>> = {
    session_ended: true,
    session_interrupted: model.interrupted,
    // A person who allows a tool for the session answers the other questions about it, too.
    already_answered: model.answered.has(question.id) || model.allowedTools.has(question.tool_name),
    approval_expired: model.options.idleTimeoutS < 1,
  };
  expect([code, isLawful[code]]).toEqual([code, true]);
  if (code === 'session_ended') model.ended = true;
}
