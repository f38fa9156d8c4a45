import { type DatabaseFacts, readDatabaseFacts } from '../../db/database-facts.ts';
import { databaseProblem, databaseProblemOf } from '../../db/database-problem.ts';
import { parseEgressAllow } from '../../processes/egress-guard.ts';
import { readDatabaseUrl, readTemporalEnvironment } from '../../processes/environment.ts';
import { homeDirOf } from '../../stack/home/default-home.ts';
import { embeddedAddresses } from '../../stack/home/embedded-addresses.ts';
import { lockHolder } from '../../stack/home/file-lock.ts';
import { homeAt } from '../../stack/home/paths.ts';
import { readTemporalFacts, type TemporalFacts } from '../../temporal/temporal-facts.ts';
import { clockFinding, type Finding, failed, ok, skipped, warning } from './finding.ts';

const LEAST_POSTGRES = 140_000;

type Environment = Readonly<NodeJS.ProcessEnv>;

/** The environment, with the servers of the stack that runs here where it names none of its own. */
export function withEmbedded(env: Environment): Environment {
  const home = homeAt(homeDirOf(env.AGENT_RUNS_HOME));
  if (lockHolder(home.lock) === undefined) return env;
  const { databaseUrl, temporalAddress } = embeddedAddresses(home);
  const named = [env.DATABASE_URL, env.DATABASE_URL_FILE].some(Boolean);
  return {
    ...env,
    ...(named || databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(env.TEMPORAL_ADDRESS || temporalAddress === undefined ? {} : { TEMPORAL_ADDRESS: temporalAddress }),
  };
}

export async function* checkPostgres(env: Environment): AsyncGenerator<Finding> {
  if (!env.DATABASE_URL && !env.DATABASE_URL_FILE) {
    yield skipped('postgres', 'DATABASE_URL is not set here; set it to look at Postgres itself');
    return;
  }
  let facts: DatabaseFacts;
  const mend = 'docs/operations.md, Postgres, says what the service needs.';
  try {
    const url = readDatabaseUrl(env);
    facts = await readDatabaseFacts(url);
    yield* postgresFindings(facts);
    const problem = await databaseProblem(url);
    if (problem === undefined) yield ok('postgres schema', 'it is migrated, and the services may use it');
    else yield failed('postgres schema', problem, mend);
  } catch (error) {
    yield failed('postgres', databaseProblemOf(error), mend);
  }
}

function* postgresFindings(facts: DatabaseFacts): Generator<Finding> {
  const { versionNumber, user, isSuperuser, missingRoles, clockAheadMs, notifies } = facts;
  const version = `${Math.floor(versionNumber / 10_000)}.${versionNumber % 10_000}`;
  if (versionNumber >= LEAST_POSTGRES) yield ok('postgres', `version ${version}`);
  else yield failed('postgres', `version ${version}`, 'Upgrade to Postgres 14 or later.');
  if (missingRoles.length > 0) {
    const grant = `GRANT ${missingRoles.join(', ')} TO ${user};`;
    yield failed('postgres roles', `${user} may not take ${missingRoles.join(', ')}`, `As one who may, run: ${grant}`);
  } else if (isSuperuser) {
    yield warning('postgres roles', `${user} is a superuser`, 'Give API and workers a user with no other right.');
  } else {
    yield ok('postgres roles', `${user} may take those of the services`);
  }
  yield clockFinding('postgres clock', clockAheadMs);
  if (notifies) yield ok('postgres NOTIFY', 'a notification came through');
  else {
    yield failed(
      'postgres NOTIFY',
      'no notification came through',
      'Let DATABASE_URL lead to Postgres itself, or to a pooler in session mode.',
    );
  }
}

export async function* checkTemporal(env: Environment): AsyncGenerator<Finding> {
  if (!env.TEMPORAL_ADDRESS) {
    yield skipped('temporal', 'TEMPORAL_ADDRESS is not set here; set it to look at Temporal itself');
    return;
  }
  try {
    const { namespace, ...rest } = readTemporalEnvironment(env);
    yield* temporalFindings(await readTemporalFacts({ namespace, ...rest }), namespace);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    yield failed('temporal', found, 'Start Temporal, or correct TEMPORAL_ADDRESS, TEMPORAL_API_KEY and TEMPORAL_TLS.');
  }
}

function* temporalFindings(facts: TemporalFacts, namespace: string): Generator<Finding> {
  const { serverVersion, retentionDays, pollers, missingSearchAttributes } = facts;
  yield ok('temporal', `version ${serverVersion}`);
  if (retentionDays === undefined) {
    const mend = `Make it: temporal operator namespace create --namespace ${namespace} --retention 72h.`;
    yield failed('temporal namespace', `"${namespace}" does not exist, or the key may not see it`, mend);
    return;
  }
  yield ok('temporal namespace', `"${namespace}" keeps closed workflows for ${retentionDays.toFixed(1)} days`);
  for (const [name, polls] of Object.entries(pollers)) {
    const rates = polls.map(({ ratePerSecond }) => ratePerSecond).filter((rate) => rate > 0);
    const rate = rates.length === 0 ? '' : `, at most ${Math.min(...rates)} tasks a second each`;
    if (polls.length > 0) yield ok(`temporal ${name}`, `polled by ${polls.length}${rate}`);
    else yield failed(`temporal ${name}`, 'nobody polls', 'Start a worker with this address and namespace.');
  }
  const missing = missingSearchAttributes ?? [];
  if (missing.length === 0) yield ok('temporal search', 'the search attributes are registered');
  else {
    const mend = 'Register them as Keyword. Until then sessions go without, and cannot be searched in Temporal.';
    yield warning('temporal search', `missing: ${missing.join(', ')}`, mend);
  }
}

export function checkEgress({ AGENT_RUNS_EGRESS_ALLOW: allow }: Environment): Finding {
  try {
    const entries = parseEgressAllow(allow);
    if (entries.length === 0) return ok('egress', 'public addresses only, as far as the environment here says');
    const open = entries.filter((entry) => /\/0$/.test(entry));
    if (open.length === 0) return ok('egress', `public addresses, and ${entries.join(', ')}`);
    return warning('egress', `${open.join(', ')} allows every address`, 'Name the hosts that tenants may call.');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return failed('egress', found, 'Correct AGENT_RUNS_EGRESS_ALLOW.');
  }
}
