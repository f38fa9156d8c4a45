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
  {
    id: 'otel:loaded:only-with-a-collector',
    sentence: 'Without the address of a collector, no process loads the SDK or an exporter of OpenTelemetry.',
    where: 'docs/observability.md, Variables',
  },
  {
    id: 'otel:trace:one-a-run',
    sentence:
      'A run is one trace over the API, the workers and the tool servers, and is linked to the run of the session before it.',
    where: 'docs/observability.md, One trace',
  },
  {
    id: 'otel:trace:same-ids-after-a-kill',
    sentence:
      'What is done again after a process was killed has the same span, and tool servers are told the same one.',
    where: 'docs/observability.md, What may be missing',
  },
  {
    id: 'otel:metrics:as-prometheus',
    sentence: 'A collector is sent the figures that Prometheus reads, under the same names.',
    where: 'docs/observability.md, Metrics',
  },
  {
    id: 'otel:content:only-when-asked',
    sentence:
      'Spans hold nothing that people, models or tools wrote unless that is asked for, and then without secrets.',
    where: 'docs/observability.md, Content',
  },
  {
    id: 'otel:collector:never-in-the-way',
    sentence:
      'A collector that is away, slow or hostile neither slows nor fails a session, nor holds up the end of a process.',
    where: 'docs/observability.md, What may be missing',
  },
  {
    id: 'otel:settings:standard-or-refused',
    sentence:
      'The variables of OpenTelemetry mean what its specification says, and a value that is not supported is refused.',
    where: 'docs/observability.md, Variables',
  },
];
