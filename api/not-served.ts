import type { Recovery } from '../contract/error.ts';

/** Paths of the published client that this service does not serve, with what serves the same purpose here. */
const INSTEAD: readonly (readonly [path: RegExp, action: string])[] = [
  [
    /^\/v1\/presets(\/|$)/,
    'Choose models with `models` of a run, or with what an agent is set to: PATCH /v1/agent/profiles/{id}.',
  ],
  [/^\/v1\/prompts(\/|$)/, 'Keep prompts as documents of an agent: PUT /v1/agents/{id}/context/soul/{name}.'],
  [
    /^\/v1\/governance\/compliance(\/|$)/,
    'Read what governs the agents with GET /v1/governance/summary, and try a text with POST /v1/guardrails/test.',
  ],
  [/^\/v1\/governance\/sleep-time(\/|$)/, 'Read what was done with GET /v1/governance/audit.'],
  [
    /^\/v1\/observability(\/|$)/,
    'Read figures with GET /metrics, and the log of a session with GET /v1/sessions/{id}/events.',
  ],
  [/^\/(?:v1\/)?chat\/completions$/, 'Start a run with POST /v1/agents/{id}/run.'],
];

/** Says what to use in place of a path that a client may know from elsewhere. */
export function insteadOf(path: string): Recovery | undefined {
  const [, action] = INSTEAD.find(([pattern]) => pattern.test(path)) ?? [];
  return action === undefined ? undefined : { action };
}
