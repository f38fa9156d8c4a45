/** What a case needs to know of the stack that it runs on. */
export interface Known {
  readonly agentId: string;
  /** A session that completed with the answer "First." */
  readonly endedId: string;
  /** A key that may only read. */
  readonly readKey: string;
}

/** A command, and what it ends with and prints. */
export interface CommandCase {
  readonly says: string;
  readonly argv: (known: Known) => readonly string[];
  readonly input?: string;
  readonly env?: (known: Known) => Readonly<Record<string, string>>;
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const NOTHING = /^$/;
export const CASES: readonly CommandCase[] = [
  {
    says: 'several sessions, one of which is not there',
    argv: ({ endedId }) => ['sessions', 'tail', endedId, 'sess_none'],
    code: 1,
    stderr: /session_not_found/,
  },
  {
    says: 'the events of several sessions',
    argv: ({ endedId }) => ['sessions', 'tail', endedId, endedId, '--last', '1', '-o', 'jsonl'],
    code: 0,
    stdout: /^({"session_id":"sess_\w+","id":"\d+","type":"session.status_ended".*\n){2}$/,
  },
  {
    says: 'the events that are there',
    argv: ({ endedId }) => ['sessions', 'tail', endedId, '--no-follow'],
    code: 0,
    stdout: /▶ session[\s\S]*First\.[\s\S]*■ completed/,
  },
  { says: 'no command shows the help', argv: () => [], code: 2, stdout: NOTHING, stderr: /Commands:/ },
  { says: '--help is data', argv: () => ['--help'], code: 0, stdout: /Exit codes: 0 done/, stderr: NOTHING },
  { says: 'an unknown command', argv: () => ['sessions', 'lst'], code: 2, stdout: NOTHING, stderr: /mean list/ },
  { says: 'an unknown option', argv: () => ['run', 'a', 'b', '--nope'], code: 2, stderr: /unknown option/ },
  { says: 'a number that is none', argv: () => ['run', 'a', 'b', '--max-turns', 'x'], code: 2, stderr: /no number/ },
  { says: 'an unknown format', argv: () => ['sessions', 'list', '-o', 'xml'], code: 2, stderr: /table, json, jsonl/ },
  {
    says: 'an object that is none',
    argv: () => ['run', 'a', 'b', '--metadata', '[1]'],
    code: 2,
    stderr: /takes a JSON object/,
  },
  { says: 'options that exclude each other', argv: () => ['run', 'a', 'b', '-w', '-d'], code: 2, stderr: /exclude/ },
  {
    says: 'a message that is empty',
    argv: ({ agentId }) => ['run', agentId],
    input: '',
    code: 2,
    stderr: /no message/,
  },
  {
    says: 'a session that is not there',
    argv: () => ['sessions', 'show', 'sess_none'],
    code: 1,
    stdout: NOTHING,
    stderr: /session_not_found.*req_/,
  },
  {
    says: 'an agent that is not there',
    argv: () => ['run', 'no-agent', 'Go.'],
    code: 1,
    stderr: /agent_not_found/,
  },
  {
    says: 'a field that the service refuses',
    argv: ({ agentId }) => ['run', agentId, 'Go.', '--max-turns', '100000'],
    code: 2,
    stderr: /max_turns/,
  },
  {
    says: 'a wrong key',
    argv: () => ['sessions', 'list'],
    env: () => ({ AGENT_RUNS_API_KEY: `brk_${'a'.repeat(49)}` }),
    code: 4,
    stdout: NOTHING,
  },
  {
    says: 'a key that may not',
    argv: () => ['keys', 'create'],
    env: ({ readKey }) => ({ AGENT_RUNS_API_KEY: readKey }),
    code: 4,
    stderr: /scope/,
  },
  {
    says: 'no service',
    argv: () => ['sessions', 'list'],
    env: () => ({ AGENT_RUNS_URL: '', AGENT_RUNS_API_KEY: '' }),
    code: 1,
    stderr: /No stack runs on .*no-stack/,
  },
  {
    says: 'half a service',
    argv: () => ['sessions', 'list'],
    env: () => ({ AGENT_RUNS_API_KEY: '' }),
    code: 2,
    stderr: /AGENT_RUNS_API_KEY is not/,
  },
  {
    says: 'a message to a session that has ended',
    argv: ({ endedId }) => ['sessions', 'steer', endedId, 'More.'],
    code: 1,
    stderr: /session_ended/,
  },
  {
    says: 'a retry of what is completed',
    argv: ({ endedId }) => ['sessions', 'retry', endedId],
    code: 1,
    stderr: /completed/,
  },
  {
    says: 'what cannot be undone, without a terminal to ask at',
    argv: ({ endedId }) => ['sessions', 'delete', endedId],
    code: 2,
    stderr: /Say so with --yes/,
  },
  {
    says: 'sessions as a table',
    argv: () => ['sessions', 'list'],
    code: 0,
    stdout: /^ID +AGENT +STATUS[\s\S]*completed/,
  },
  {
    says: 'filtered sessions',
    argv: () => ['sessions', 'list', '--status', 'idle', '-o', 'jsonl'],
    code: 0,
    stdout: NOTHING,
  },
  { says: 'agents', argv: () => ['agents', 'list'], code: 0, stdout: /\$5\.00/ },
  { says: 'an agent', argv: ({ agentId }) => ['agents', 'show', agentId], code: 0, stdout: /budgetDailyUsd +5/ },
  { says: 'tools', argv: () => ['tools', 'list'], code: 0, stdout: /workspace\/read +read +allow/ },
  {
    says: 'what policy says of a call',
    argv: () => ['tools', 'check', 'workspace/list', '-o', 'json'],
    code: 0,
    stdout: /"verdict": "allow"/,
  },
  { says: 'servers', argv: () => ['tools', 'servers'], code: 0, stdout: /bundled/ },
  { says: 'providers', argv: () => ['providers', 'list'], code: 0, stdout: /script-/ },
  { says: 'kinds of providers', argv: () => ['providers', 'kinds'], code: 0, stdout: /anthropic/ },
  { says: 'models', argv: () => ['providers', 'models', '--limit', '0'], code: 0, stdout: /scripted-1/ },
  { says: 'the money of today', argv: () => ['budgets', 'show'], code: 0, stdout: /\$5\.00/, stderr: /spent/ },
  {
    says: 'a new cap',
    argv: ({ agentId }) => ['budgets', 'set', agentId, '6'],
    code: 0,
    stdout: /enforced_daily_usd +6/,
  },
  { says: 'usage', argv: () => ['budgets', 'usage', '-o', 'json'], code: 0, stdout: /"requests": \d/ },
  { says: 'keys', argv: () => ['keys', 'list'], code: 0, stdout: /PREFIX/ },
  { says: 'approvals', argv: () => ['approvals', 'list'], code: 0, stdout: /^ID +KIND/ },
  {
    says: 'a transcript',
    argv: ({ endedId }) => ['sessions', 'transcript', endedId],
    code: 0,
    stdout: /assistant +First\./,
  },
  {
    says: 'sessions by what they cost',
    argv: ({ agentId }) => [
      'sessions',
      'list',
      '--agent',
      agentId,
      '--min-turns',
      '1',
      '--sort',
      'cost_usd',
      '-o',
      'json',
    ],
    code: 0,
    stdout: /"end_reason":"completed"/,
  },
  {
    says: 'a filter that fits nothing',
    argv: () => ['sessions', 'list', '--error-text', 'nowhere', '-o', 'json'],
    code: 0,
    stdout: /^\[\]\n$/,
  },
  { says: 'how many', argv: ({ agentId }) => ['sessions', 'count', '--agent', agentId], code: 0, stdout: /^\d+\n$/ },
  { says: 'how many of each', argv: () => ['sessions', 'count', '--by', 'reason'], code: 0, stdout: /1 +completed/ },
  {
    says: 'where the time of a turn went',
    argv: ({ endedId }) => ['sessions', 'turn', endedId, '0', '-o', 'json'],
    code: 0,
    stdout: /"call_model"/,
  },
  { says: 'a fork of no turn', argv: ({ endedId }) => ['sessions', 'fork', endedId], code: 2, stderr: /--from-turn/ },
  {
    says: 'a replay from half a turn',
    argv: ({ endedId }) => ['sessions', 'replay', endedId, '--from-turn', '0.5'],
    code: 2,
    stderr: /no whole number/,
  },
  {
    says: 'a replay under no policy',
    argv: ({ endedId }) => ['sessions', 'replay', endedId, '--policy', 'strict'],
    code: 2,
    stderr: /--policy takes a JSON object/,
  },
  {
    says: 'a replay from nowhere',
    argv: ({ endedId }) => ['sessions', 'replay', endedId, '--tools', 'nowhere'],
    code: 2,
    stderr: /recorded_or_read/,
  },
  {
    says: 'a replay that makes its calls again, without a terminal to ask at',
    argv: ({ endedId }) => ['sessions', 'replay', endedId, '--tools', 'live'],
    code: 2,
    stderr: /Say so with --yes/,
  },
  { says: 'forks', argv: ({ endedId }) => ['sessions', 'forks', endedId, '-o', 'json'], code: 0, stdout: /^\[\]\n$/ },
  {
    says: 'a session compared with itself',
    argv: ({ endedId }) => ['sessions', 'diff', endedId, endedId],
    code: 0,
    stdout: /^ 0 = scripted-1, 0 calls\n$/,
  },
  {
    says: 'why a session has ended',
    argv: ({ endedId }) => ['sessions', 'why', endedId],
    code: 0,
    stdout: /\S+ .*\n$/,
  },
  {
    says: 'the parts of why, as data',
    argv: ({ endedId }) => ['sessions', 'why', endedId, '-o', 'json'],
    code: 0,
    stdout: /"waits_for": "nothing"/,
  },
  {
    says: 'a rewind, without a terminal to ask at',
    argv: ({ endedId }) => ['sessions', 'rewind', endedId, '--to-turn', '0'],
    code: 2,
    stderr: /Say so with --yes/,
  },
  {
    says: 'a retry from what there is not',
    argv: ({ endedId }) => ['sessions', 'retry', endedId, '--from', 'nowhere'],
    code: 2,
    stderr: /from/,
  },
  {
    says: 'a bulk job over all sessions',
    argv: () => ['bulk', 'start', 'pause', '--yes'],
    code: 2,
    stderr: /at least one filter/,
  },
  {
    says: 'a bulk job without a terminal to ask at',
    argv: ({ agentId }) => ['bulk', 'start', 'delete', '--agent', agentId],
    code: 2,
    stdout: NOTHING,
    stderr: /delete would be done to \d[\s\S]*Say so with --yes/,
  },
  {
    says: 'a bulk job that would do nothing',
    argv: () => ['bulk', 'start', 'retry', '--error-text', 'nowhere', '--yes', '-o', 'json'],
    code: 0,
    stdout: /"sessions": 0/,
    stderr: /no job is begun/,
  },
  {
    says: 'a bulk job all of whose sessions would be refused',
    argv: ({ agentId }) => ['bulk', 'start', 'retry', '--agent', agentId, '--reason', 'completed', '--yes'],
    code: 5,
    stdout: NOTHING,
    stderr: /would be refused: session_completed/,
  },
  {
    says: 'options of a retry for something else',
    argv: ({ agentId }) => ['bulk', 'start', 'pause', '--agent', agentId, '--retry-from', 'last_turn'],
    code: 2,
    stderr: /belong to "retry"/,
  },
  { says: 'a bulk action that is none', argv: () => ['bulk', 'dry-run', 'stop'], code: 2, stderr: /interrupt, pause/ },
  { says: 'a bulk job that is not there', argv: () => ['bulk', 'watch', 'bulk_no'], code: 1, stderr: /not_found/ },
];
