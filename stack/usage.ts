import { providerKinds } from '../models/kinds/kinds.ts';

/** The text of `npm start -- --help`. It names every variable of the table in README. */
export const USAGE = `Usage: npm start

Starts Agent Runs: an embedded Postgres and Temporal, the API, the worker and the simulated provider.
Prints one line "ready http://127.0.0.1:PORT" when it serves, and stops everything on Ctrl-C.

Settings, from the environment:
  PORT                         port of the API (8787; 0 picks a free one)
  AGENT_RUNS_HOME              data folder (.agent-runs in the project); credentials.json in it holds address and key
  AGENT_RUNS_HOST              address the API listens on (127.0.0.1)
  AGENT_RUNS_ROLE              api, worker or all (all)
  DATABASE_URL                 a Postgres of yours instead of the embedded one; needs AGENT_RUNS_SEALING_KEY
  TEMPORAL_ADDRESS             a Temporal of yours instead of the embedded one (host:port)
  TEMPORAL_NAMESPACE           its namespace (default)
  TEMPORAL_API_KEY             its key; implies TLS
  TEMPORAL_TLS                 1: TLS without a key
  AGENT_RUNS_SEALING_KEY       64 hexadecimal characters that seal secrets (a file in the data folder)
  AGENT_RUNS_SIMULATED         1 or 0: with or without the simulated provider (with it, unless a service of yours is used)
  AGENT_RUNS_SIMULATED_URL     a simulated provider that runs already
  AGENT_RUNS_SIMULATED_DELAYS  typical or none: how soon the simulated models answer (typical)
  AGENT_RUNS_TEMPORAL_UI       1: serve Temporal's web interface, too
${providerLines()}
  AGENT_RUNS_EGRESS_ALLOW      hosts, host:port or CIDRs that providers and tools may have although they are private
  AGENT_RUNS_TOOL_TIMEOUT_S    seconds that a tool of an external server may take, 1 to 600 (60)
  AGENT_RUNS_RETENTION_DAYS    days that an ended session is kept, fractions too (for ever)
  AGENT_RUNS_RATE_LIMIT        requests of a key a second / at once (500/2000); 0: no limit
  AGENT_RUNS_CORS_ORIGINS      origins, comma separated, whose pages may call the API (none)
  AGENT_RUNS_LOG_LEVEL         of API and worker: trace, debug, info, warn, error (info)
  AGENT_RUNS_BUNDLE_CACHE      folder that keeps the bundled workflows (in node_modules/.cache)
  XDG_CACHE_HOME               where the Temporal binary is kept (~/.cache)

A secret may be kept in a file: DATABASE_URL_FILE names one that holds the value of DATABASE_URL. The sealing key and the
keys of Temporal and of providers can be given in the same way.
`;

function providerLines(): string {
  const keys = providerKinds.flatMap(({ environment }) => environment?.apiKey ?? []);
  const addresses = providerKinds.flatMap(({ environment, displayName }) => {
    if (environment?.apiKey === undefined || environment.baseUrl === undefined) return [];
    return `  ${environment.baseUrl.padEnd(29)}where ${environment.apiKey} is sent (${displayName}'s own)`;
  });
  return [`  ${keys.join(', ')}`, `${' '.repeat(31)}providers that every tenant may use`, ...addresses].join('\n');
}
