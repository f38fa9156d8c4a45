// Stands in for api, worker or simulated provider: says that it is ready, serves nothing, ends on SIGTERM.
import { appendFileSync } from 'node:fs';
import { spawn } from 'node:child_process';

const [name, diary] = process.argv.slice(2);
if (process.env.STAND_IN_CHILD === name) spawn('sleep', ['1000'], { stdio: 'ignore' });
process.on('SIGTERM', () => {
  appendFileSync(diary, `${name} stopped\n`);
  process.exit(0);
});
setInterval(() => {}, 60_000);
process.send({ type: 'ready', port: Number(process.env.PORT ?? 0) });
