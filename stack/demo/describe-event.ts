import { type BudgetShortage, type EventData, type SessionEvent, sessionEventSchema } from '../../contract/events.ts';

/** Wraps text in colour, or returns it unchanged if colours are off. */
export type Paint = (
  colour: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan',
  text: string,
) => string;

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

export function createPaint(colours: boolean): Paint {
  return (colour, text) => (colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text);
}

/** Makes the events of one stream readable for a person: about a line for each, and the whole text of an answer. */
export function createEventDescriber(paint: Paint): (type: string, json: string) => string {
  let answered: AnswerCost | undefined;
  return (type, json) => {
    const parsed = sessionEventSchema.safeParse({ type, data: parse(json) });
    // An event of a later version is shown raw rather than not at all.
    if (!parsed.success) return `${paint('dim', type)} ${cut(json, 160)}`;
    const line = describe(parsed.data, paint, answered);
    if (parsed.data.type === 'agent.message') answered = parsed.data.data;
    return line;
  };
}

/** The cost of the last answer by itself. */
interface AnswerCost {
  readonly turnIndex: number;
  readonly costUsd: number;
}

/** The questions that a person is asked, in words. */
function questionsOf({ pending = [] }: EventData<'session.status_idle'>): string {
  return pending.map(({ kind, toolName }) => `, ${kind.replace('_', ' ')} of ${toolName}`).join('');
}

function describe({ type, data }: SessionEvent, paint: Paint, answered: AnswerCost | undefined): string {
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
  }
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

/** Cents, and four significant digits below a dollar, so that a cost and the cost it is compared with are equally exact. */
function usd(amount: number): string {
  return `$${amount.toFixed(amount >= 1 || amount === 0 ? 2 : 3 - Math.floor(Math.log10(amount)))}`;
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

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
