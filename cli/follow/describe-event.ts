import type { EventDataByType, RunEvent } from '../../sdk/typescript/src/index.ts';
import { usd } from '../output/amounts.ts';
import type { Paint } from '../output/paint.ts';
import { plainJson, plainText } from '../output/plain-text.ts';

/** Makes the events of one stream readable for a person: about a line for each, and the whole text of an answer. */
export function createEventDescriber(paint: Paint): (event: RunEvent) => string {
  let answered: AnswerCost | undefined;
  return (event) => {
    // What models and tools wrote must not steer the terminal.
    const plain = withPlainTexts(event);
    const line = describe(plain, paint, answered);
    if (plain.type === 'agent.message') answered = plain.data;
    return line;
  };
}

/** The cost of the last answer by itself. */
interface AnswerCost {
  readonly turnIndex: number;
  readonly costUsd: number;
}

type EventData<T extends keyof EventDataByType> = EventDataByType[T];
type BudgetShortage = NonNullable<EventData<'session.status_idle'>['budget']>;

/** The questions that a person is asked, in words. */
function questionsOf({ pending = [] }: EventData<'session.status_idle'>): string {
  return pending.map(({ kind, toolName }) => `, ${kind.replace('_', ' ')} of ${toolName}`).join('');
}

function describe(event: RunEvent, paint: Paint, answered: AnswerCost | undefined): string {
  const { type, data } = event;
  switch (type) {
    case 'session.status_running':
      return `${paint('bold', '▶ session')} ${data.sessionId} of ${data.agentId}: at most ${data.maxTurns} turns${data.budgetCapUsd === null ? '' : ` and ${usd(data.budgetCapUsd)}`}`;
    case 'session.status_idle':
      return `${paint('yellow', '⏸ idle')} ${data.budget === undefined ? `${data.cause.replace('_', ' ')}${questionsOf(data)}` : lackOf(data.budget)}`;
    case 'session.status_ended': {
      const error = data.error === undefined ? '' : ` ${paint('red', data.error.message)}`;
      const tint = data.reason === 'completed' ? 'green' : 'red';
      return `${paint(tint, `■ ${data.reason}`)} after ${data.totalTurns} turns, ${usd(data.totalCostUsd)}, ${(data.durationMs / 1_000).toFixed(1)} s${error}`;
    }
    case 'agent.message': {
      const tokens = `${data.usage.inputTokens} → ${data.usage.outputTokens} tokens`;
      const cost = `${data.costIsUpperBound ? 'at most ' : ''}${usd(data.costUsd)}`;
      return `${turn(data.turnIndex, paint)} ${paint('cyan', '✎ answer')} of ${data.model}${endingOf(data)} ${paint('dim', `${tokens}, ${cost}`)}${data.text === '' ? '' : `\n\n${indent(data.text)}\n`}`;
    }
    case 'agent.tool_use':
      return `${turn(data.turnIndex, paint)} ${paint('magenta', `⚒ ${data.toolName}`)} ${cut(JSON.stringify(data.args), 100)}${data.permission === 'allow' ? '' : ` ${paint('yellow', data.permission)}`}`;
    case 'agent.tool_result': {
      const outcome = data.isError
        ? paint('red', `failed: ${cut(data.preview, 100)}`)
        : `${data.results} ${data.results === 1 ? 'result' : 'results'}`;
      return `${turn(data.turnIndex, paint)} ${paint('dim', `  ${data.toolName} →`)} ${outcome} ${paint('dim', `${data.bytes} bytes, ${data.latencyMs} ms`)}`;
    }
    case 'br.model_selected': {
      const rivals = data.candidates.length > 1 ? ` of ${data.candidates.length} models` : '';
      const { failed, budget } = data;
      const cheaper = budget === undefined ? '' : ` ${paint('yellow', `in place of a dearer one: ${shareOf(budget)}`)}`;
      const failure =
        failed === undefined
          ? ''
          : ` ${paint('red', `after ${failed.model} failed: ${failed.message ?? failed.type}`)}`;
      return `${turn(data.turnIndex, paint)} ${paint('blue', `◆ ${data.model}`)} ${paint('dim', `(${data.provider}), chosen by ${data.strategy} sampling${rivals}`)}${cheaper}${failure}`;
    }
    case 'br.guardrail_intervention':
      return `${turn(data.turnIndex, paint)} ${paint('red', `⛨ ${data.guardrail}`)} ${data.action} on ${data.stage}: ${data.message}`;
    case 'br.budget_warning':
      return `${paint('yellow', `⚠ budget: ${data.threshold} %`)} ${usd(data.spentUsd)} of ${usd(data.capUsd)} spent (${data.scope === 'run' ? 'this run' : 'this agent, today'})`;
    case 'br.routing_savings': {
      const amount =
        data.savingsUsd < 0 ? `${usd(-data.savingsUsd)} more than` : `${usd(data.savingsUsd)} saved against`;
      const comparison = data.baselineModel === data.model ? '' : `; ${amount} ${data.baselineModel}`;
      const lostUsd = answered?.turnIndex === data.turnIndex ? data.costUsd - answered.costUsd : 0;
      // A difference below a nanodollar comes from floating point.
      const lost = lostUsd < 1e-9 ? '' : ` (${usd(lostUsd)} for requests without an answer, at most)`;
      return `${turn(data.turnIndex, paint)} ${paint('dim', `  ${usd(data.costUsd)}${lost}${comparison}`)}`;
    }
    case 'session.compacted':
      return `${turn(data.toTurn, paint)} ${paint('dim', `≡ summary of turns ${data.fromTurn} to ${data.toTurn} by ${data.model}, ${usd(data.costUsd)}`)}`;
    case 'agent.message_delta':
      return data.text;
    default:
      return unknownEvent(event, paint);
  }
}

/** An event of a later version is shown raw rather than not at all. The parameter says that all known types are handled. */
function unknownEvent(event: never, paint: Paint): string {
  const { type, data }: { type: string; data: unknown } = event;
  return `${paint('dim', type)} ${cut(plainJson(data), 160)}`;
}

function withPlainTexts<T>(value: T): T;
function withPlainTexts(value: unknown): unknown {
  if (typeof value === 'string') return plainText(value);
  if (Array.isArray(value)) return value.map((each) => withPlainTexts(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [plainText(name), withPlainTexts(field)]));
}

function endingOf({ partial, stoppedBy, cutForBudget }: EventData<'agent.message'>): string {
  if (partial) return ' (cut short)';
  if (cutForBudget) return ' (cut off for want of money)';
  return stoppedBy === undefined ? '' : ` (${stoppedBy})`;
}

function lackOf(budget: BudgetShortage): string {
  return `until there is money: ${shareOf(budget)}`;
}

function shareOf({ account, spentUsd, capUsd, neededUsd }: BudgetShortage): string {
  const whose = account === 'run' ? 'this run' : 'this agent, today';
  return `${usd(spentUsd)} of ${usd(capUsd)} spent (${whose}), the next request needs ${usd(neededUsd)}`;
}

function turn(index: number, paint: Paint): string {
  return paint('dim', String(index).padStart(2));
}

function cut(text: string, length: number): string {
  const line = text.replaceAll('\n', ' ');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `   ${line}`))
    .join('\n');
}
