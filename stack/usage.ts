import { providerKinds } from '../models/kinds/kinds.ts';

/** The text of `agent-runs dev --help`. It names every variable of the table in README. */
export const USAGE = `Usage: agent-runs dev, or npm start

Starts Agent Runs: an embedded Postgres and Temporal, the API, the worker and the simulated provider.
Prints one line "ready http://127.0.0.1:PORT" when it serves, and stops everything on Ctrl-C.

Settings, from the environment:
  PORT                         port of the API (8787; 0 picks a free one)
  AGENT_RUNS_HOME              data folder (.agent-runs in the project); credentials.json in it holds address and key
  AGENT_RUNS_HOST              address of this machine that the API listens on (127.0.0.1)
  AGENT_RUNS_ROLE              what to start: api, worker or all (all)
  DATABASE_URL                 your own Postgres instead of the embedded one; requires AGENT_RUNS_SEALING_KEY
  TEMPORAL_ADDRESS             your own Temporal instead of the embedded one (host:port)
  TEMPORAL_NAMESPACE           namespace in that Temporal (default)
  TEMPORAL_API_KEY             key for that Temporal; implies TLS
  TEMPORAL_TLS                 1: use TLS without a key
  AGENT_RUNS_SEALING_KEY       64 hexadecimal characters that seal secrets (a file in the data folder)
  AGENT_RUNS_SEALING_KEYS_OLD  older sealing keys, comma separated, with which secrets are still opened (none)
  AGENT_RUNS_SIMULATED         1 or 0: with or without the simulated provider (1, unless you use your own services)
  AGENT_RUNS_SIMULATED_URL     address of a simulated provider that already runs
  AGENT_RUNS_SIMULATED_DELAYS  typical or none: how long the simulated models take to answer (typical)
  AGENT_RUNS_TEMPORAL_UI       1: also serve the web interface of Temporal
${providerLines()}
  AGENT_RUNS_EGRESS_ALLOW      private addresses that providers and tools may have: hosts, host:port or CIDRs
  AGENT_RUNS_STDIO_COMMANDS    commands that may be started as MCP servers, separated by semicolons
                               (npx, uvx, node and python3 on the embedded stack, otherwise none)
  AGENT_RUNS_TOOL_TIMEOUT_S    seconds that a tool of an external server may take, 1 to 600 (60)
  AGENT_RUNS_TOOL_LONGEST_S    the same for a tool that reports progress, 1 to 840 (600)
  AGENT_RUNS_TOOL_CANCEL_S     seconds that an interrupted session waits for a tool that may have had an effect (3)
  AGENT_RUNS_MODEL_CALLS_AT_ONCE  calls to models that a worker has under way at once (400)
  AGENT_RUNS_TOOL_CALLS_AT_ONCE   the same for tools of external servers (300)
  AGENT_RUNS_WORKER_HANG_S     seconds for which a worker may stand still before it ends itself (20)
  AGENT_RUNS_RETENTION_DAYS    days that an ended session is kept, fractions too (for ever)
  AGENT_RUNS_RATE_LIMIT        requests of one key per second / at once (500/2000); 0: no limit
  AGENT_RUNS_METRICS_PORT      port at which the API serves /metrics without a key (none)
  AGENT_RUNS_WORKER_PORT       port at which the worker answers for its health and serves /metrics (none)
  AGENT_RUNS_PUBLIC_URL        address under which browsers reach the API: https://runs.example.com (none)
  AGENT_RUNS_CORS_ORIGINS      origins whose pages may call the API, comma separated (none)
  AGENT_RUNS_EMBEDDINGS_URL    OpenAI-compatible end point for embeddings, to search memory by meaning (none)
  AGENT_RUNS_EMBEDDINGS_MODEL  the model that it makes embeddings with
  AGENT_RUNS_EMBEDDINGS_API_KEY
                               key for that end point
  AGENT_RUNS_EMBEDDINGS_WAIT_S seconds that a message waits for its embedding, 10 at most (0.5)
  AGENT_RUNS_LOG_LEVEL         log level of API and worker: trace, debug, info, warn, error, fatal or silent (info)
  OTEL_EXPORTER_OTLP_ENDPOINT  address of a collector for traces and metrics; see docs/observability.md (none)
  AGENT_RUNS_OTEL_CONTENT      1 or 0: spans also hold messages, answers, arguments and results (0)
  AGENT_RUNS_BUNDLE_CACHE      folder that keeps the bundled workflows (in node_modules/.cache)
  XDG_CACHE_HOME               folder whose agent-runs folder keeps the Temporal binary (~/.cache)

A secret may be kept in a file: DATABASE_URL_FILE names one that holds the value of DATABASE_URL. The sealing keys and the
keys of Temporal, of embeddings and of providers can be given in the same way.
`;

function providerLines(): string {
  const keys = providerKinds.flatMap(({ environment }) => environment?.apiKey ?? []);
  const addresses = providerKinds.flatMap(({ environment, displayName }) => {
    if (environment?.apiKey === undefined || environment.baseUrl === undefined) return [];
    return `  ${environment.baseUrl.padEnd(29)}address that requests with ${environment.apiKey} go to (${displayName}'s own)`;
  });
  return [`  ${keys.join(', ')}`, `${' '.repeat(31)}keys of providers that every tenant may use`, ...addresses].join(
    '\n',
  );
}
