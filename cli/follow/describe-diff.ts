import type { TurnDiff } from '../../sdk/typescript/src/index.ts';
import { usd } from '../output/amounts.ts';
import type { Paint } from '../output/paint.ts';
import { plainJson, plainLine } from '../output/plain-text.ts';

type TurnSide = NonNullable<TurnDiff['session']>;

/** A turn of two sessions: one line where they agree, else the lines of both that differ. */
export function describeTurnDiff({ turn_index, differs, session, with: other }: TurnDiff, paint: Paint): string {
  const head = paint('dim', String(turn_index).padStart(2));
  if (differs.length === 0) return `${head} ${paint('dim', `= ${summaryOf(session)}`)}`;
  const left = linesOf(session);
  const right = linesOf(other);
  const changed = left.flatMap(([name, value], at) => {
    const theirs = right[at]?.[1] ?? '';
    if (value === theirs) return [];
    return [
      ...(value === '' ? [] : [paint('red', `   - ${name}: ${value}`)]),
      ...(theirs === '' ? [] : [paint('green', `   + ${name}: ${theirs}`)]),
    ];
  });
  return [`${head} ${paint('yellow', `≠ ${differs.join(', ')}`)}`, ...changed].join('\n');
}

function summaryOf(side: TurnSide | null): string {
  return side === null ? 'no turn' : `${plainLine(side.model ?? 'no model')}, ${side.calls.length} calls`;
}

/** The parts of a turn in a fixed order, each as one line. Empty: the turn has no such part. */
function linesOf(side: TurnSide | null): readonly (readonly [string, string])[] {
  return [
    ['messages', side?.messages.map(plainLine).join(' | ') ?? ''],
    ['model', side?.model == null ? '' : `${side.provider}/${side.model}`],
    ['text', plainLine(side?.text ?? '')],
    ['calls', side?.calls.map(({ tool_name, args }) => `${tool_name} ${plainJson(args)}`).join(' | ') ?? ''],
    ['results', side?.calls.map(({ state }) => state).join(', ') ?? ''],
    ['cost', side === null ? '' : usd(side.cost_usd)],
    ['end', side?.end == null ? '' : (side.end.reason ?? side.end.kind)],
  ];
}
