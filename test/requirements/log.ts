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
];
