import type { SimulatedRequest } from '../conversation.ts';
import { describedFiles, describedImages } from '../media/seen-media.ts';
import type { Draft } from '../reply.ts';
import { namedTool, useNamedTool } from './named-tool.ts';
import { personaOf, strikes } from './persona.ts';
import { planResearch } from './plan-research.ts';
import { type Round, readRound } from './round.ts';
import { isSummaryRequest, summaryOf } from './session-summary.ts';
import { factToRemember, intentOf } from './task.ts';
import { argumentsFor, playsRole, toolFor } from './tool-roles.ts';

/**
 * Decides the next step of a plain research agent. It depends on the request alone, so any model can take over from any
 * other in the middle of a task, and the same request always gets the same answer.
 */
export function nextStep(request: SimulatedRequest): Draft {
  if (isSummaryRequest(request)) return answer(summaryOf(request));
  const round = readRound(request.items);
  const draft = withMedia(stepOf(request, round), request);
  if (!request.wantsReasoning) return draft;
  const doing =
    draft.toolCalls.length === 0
      ? 'I can answer now.'
      : `Next: ${draft.toolCalls.map((call) => call.name).join(', ')}.`;
  return {
    ...draft,
    reasoning: `The user asks: ${round.task.slice(0, 200)} So far ${round.calls.length} tool results. ${doing}`,
  };
}

/** The agent says what it sees, hears and reads, so a client can tell whether its files arrived. */
function withMedia(draft: Draft, { images = [], files = [] }: SimulatedRequest): Draft {
  if (draft.toolCalls.length > 0) return draft;
  const seen = [
    ...(images.length > 0 ? [describedImages(images)] : []),
    ...(files.length > 0 ? [describedFiles(files)] : []),
  ];
  return { ...draft, text: [...seen, draft.text].join('\n\n') };
}

function stepOf(request: SimulatedRequest, round: Round): Draft {
  switch (intentOf(round.task)) {
    case 'greeting':
      return answer(
        `Hello! I am ${request.model}, a simulated model that ships with this service. Give me a task on the notes in the workspace, for example "Research AI safety and write a summary".`,
      );
    case 'remember':
      return remember(request, round);
    case 'work':
      break;
  }
  const named = namedTool(round.task, request.tools);
  if (named !== undefined) return useNamedTool(named, round);
  const persona = personaOf(request.model);
  return planResearch({
    model: request.model,
    persona,
    round,
    tools: request.tools,
    maxOutputTokens: request.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    sendsWrongArgument: strikes(persona.wrongArgumentOneIn, `argument:${round.task}`),
    skipsMemory: strikes(persona.skipsMemoryOneIn, `memory:${round.task}`),
  });
}

function remember(request: SimulatedRequest, round: Round): Draft {
  const fact = factToRemember(round.task) ?? round.task;
  const tool = toolFor('note', request.tools);
  const done = round.calls.find((call) => playsRole(call.name, 'note'));
  if (done?.isError === true) return answer(`I could not note that: ${done.output.slice(0, 300)}`);
  if (done !== undefined) return answer(`I have noted: ${fact}`);
  if (tool === undefined) return answer('I have no memory tool, so I can keep that only for this conversation.');
  return { text: '', toolCalls: [{ name: tool.name, rawArgs: JSON.stringify(argumentsFor(tool, { fact })) }] };
}

function answer(text: string): Draft {
  return { text, toolCalls: [] };
}
