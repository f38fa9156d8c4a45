import type { Requirement } from './requirement.ts';

const where = 'docs/operations.md, What to look for in the logs';

export const log: readonly Requirement[] = [
  {
    id: 'log:form:json-lines-with-iso-time',
    sentence: 'Everything that an API or a worker writes is a line of JSON with an ISO time and the level as a word.',
    where,
  },
  {
    id: 'log:failure:one-line-with-its-fields',
    sentence:
      'Each failed stage, model attempt, tool call, session and refused request leaves one line with ids, status and cause.',
    where,
  },
  {
    id: 'log:content:never-in-a-line',
    sentence: 'No line holds a prompt, an answer, an argument, a result or words of another server, at any log level.',
    where,
  },
  {
    id: 'log:flood:bounded-and-counted',
    sentence: 'A flood of lines of one kind is cut off and counted, so that it cannot fill a disk.',
    where,
  },
  {
    id: 'log:request:found-from-its-session',
    sentence: 'Every line of a session names the request that started it.',
    where,
  },
  {
    id: 'log:stage:one-correlation',
    sentence:
      'Every line of a stage names its session, turn, request and the run in Temporal, and no line names a session that it is not about.',
    where,
  },
  {
    id: 'log:event:appended-at-debug',
    sentence: 'At level debug, every event that is appended to a log leaves a line without its content.',
    where,
  },
  {
    id: 'workflow:summaries:readable-without-text',
    sentence:
      'Temporal shows beside a model request its turn, its model and what it may cost, links the session, and holds no text.',
    where: 'docs/operations.md, Temporal',
  },
  {
    id: 'figures:worker:own-port-and-truth',
    sentence:
      'A worker shows at a port of its own what its sessions did and cost and what waits, with names and never a session.',
    where: 'docs/operations.md, Figures of the workers',
  },
  {
    id: 'figures:names:bounded',
    sentence:
      'The names that tenants choose make a limited number of series, and one tenant cannot take the room of all.',
    where: 'docs/operations.md, Figures of the workers',
  },
  {
    id: 'figures:observability:exists',
    sentence: 'Every metric that the dashboards and alerts name is shown by a process.',
    where: 'docs/operations.md, Dashboards and alerts',
  },
  {
    id: 'figures:alerts:lead-to-what-to-do',
    sentence: 'Every alert leads to a section that says what to do.',
    where: 'docs/operations.md, Dashboards and alerts',
  },
];
