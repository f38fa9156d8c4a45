import { type Operation, openApi, operationsOf } from '../sdk-types/operations.ts';

export type SdkLanguage = 'typescript' | 'python';

interface Row {
  readonly call: string;
  readonly summary: string;
  readonly request: string;
}

/** What follows a run. These are more than one request, so the OpenAPI document does not name all of them. */
const FOLLOWING: Readonly<Record<SdkLanguage, readonly Row[]>> = {
  typescript: [
    row('agentRuns.run(agentId, params, options)', 'Start a run; await its result, iterate over its events', 'run'),
    row(
      'agentRuns.start(agentId, params, options)',
      'Start a run and return its handle, which is no promise',
      'sessions',
    ),
    row('agentRuns.attach(sessionId, options)', 'Take up a run that was started anywhere', undefined),
  ],
  python: [
    row('agent_runs.run(agent_id, *, message, …)', 'Start a run and wait for its result', 'run'),
    row('agent_runs.stream(agent_id, *, message, …)', 'Start a run and follow it in a `with`', 'run'),
    row('agent_runs.start(agent_id, *, message, …)', 'Start a run and return its handle', 'sessions'),
    row('agent_runs.attach(session_id, *, after=None)', 'Take up a run that was started anywhere', undefined),
  ],
};

const INTRODUCTION: Readonly<Record<SdkLanguage, string>> = {
  typescript:
    'A method takes the parameters of its path, then its body, then its query, then options. A list can be awaited (its first page) and iterated (the items of all pages).',
  python:
    '`AsyncBrainstormRouter` has the same methods, to be awaited. A list can be iterated (the items of all pages); in `AsyncBrainstormRouter` by `async for`.',
};

/** The list of all methods of an SDK, as its package has it in `docs/api.md`. */
export function apiPage(language: SdkLanguage): string {
  const rows = new Map<string, Row[]>([[nameIn(language, 'agentRuns'), [...FOLLOWING[language]]]]);
  for (const operation of operationsOf(openApi)) {
    if (operation.id === 'agentRuns.run') continue;
    const resource = nameIn(language, operation.resource);
    rows.set(resource, [...(rows.get(resource) ?? []), rowOf(language, operation)]);
  }
  const sections = [...rows].map(([resource, methods]) => `## ${resource}\n\n${tableOf(methods)}`);
  const introduction = `Every operation of the API has a method. ${INTRODUCTION[language]} The fields of bodies and queries, their units and defaults are in the types and doc comments; a running service shows them at \`/docs\`.`;
  return `# Methods\n\n${introduction}\n\n${sections.join('\n\n')}\n`;
}

function row(call: string, summary: string, path: 'run' | 'sessions' | undefined): Row {
  const request = path === undefined ? 'GET /v1/sessions/{session_id}/events' : `POST /v1/agents/{agent_id}/${path}`;
  return { call, summary, request };
}

function rowOf(
  language: SdkLanguage,
  { resource, name, pathNames, body, query, method, path, summary }: Operation,
): Row {
  const more = body === undefined && query.length === 0 ? [] : ['…'];
  const args = [...pathNames.map((each) => (language === 'python' ? each : camelCase(each))), ...more].join(', ');
  const call = `${nameIn(language, resource)}.${nameIn(language, name)}(${args})`;
  return { call, summary, request: `${method.toUpperCase()} ${path}` };
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ call, summary, request }) => `| \`client.${call}\` | ${summary} | \`${request}\` |`);
  return ['| method | | request |', '|---|---|---|', ...lines].join('\n');
}

function nameIn(language: SdkLanguage, name: string): string {
  return language === 'python' ? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : name;
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
