import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { readTemporalEnvironment } from '../../processes/environment.ts';
import { logOfTemporal } from '../temporal-log.ts';
import { productionHistories } from './production-histories.ts';
import { describeDisagreement, replayHistories } from './replay-histories.ts';

const USAGE = `Usage: npm run check:histories -- --from production [--limit 500] [--hours 24]

Replays on this build the histories of sessions and bulk jobs that are live, and of those that closed within the last hours, at
most --limit of each. TEMPORAL_ADDRESS names the Temporal that has them. Ends with 1 if one of them does not replay.`;

function read(): { limit: number; hours: number } | undefined {
  try {
    const { values } = parseArgs({
      options: { from: { type: 'string' }, limit: { type: 'string' }, hours: { type: 'string' } },
    });
    const [limit, hours] = [Number(values.limit ?? 500), Number(values.hours ?? 24)];
    if (values.from !== 'production' || !Number.isInteger(limit) || limit < 1 || !(hours >= 0)) return undefined;
    return { limit, hours };
  } catch {
    return undefined;
  }
}

const asked = read();
if (asked === undefined) {
  console.error(USAGE);
  process.exit(2);
}
logOfTemporal(pino({ level: 'silent' }));
try {
  const { address, namespace, apiKey, tls } = readTemporalEnvironment(process.env);
  const connection = await Connection.connect({
    address,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(tls === undefined ? {} : { tls }),
  });
  const client = new Client({ connection, namespace });
  const histories = productionHistories(client, {
    limit: asked.limit,
    recentMs: asked.hours * 3_600_000,
    nowMs: Date.now(),
  });
  const { replayed, disagreements } = await replayHistories(histories);
  await connection.close();
  for (const each of disagreements) console.log(describeDisagreement(each));
  const agree = replayed - disagreements.length;
  console.log(`${agree} of ${replayed} histories replay on this build.`);
  process.exit(disagreements.length === 0 ? 0 : 1);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(2);
}
