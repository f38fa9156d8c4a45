import type { Command } from 'commander';
import type { AllTerminated } from '../../sdk/typescript/src/index.ts';
import type { Does } from '../call.ts';

/** Adds what is done to all sessions of the tenant. */
export function addAllSessions(sessions: Command, does: Does): void {
  for (const verb of ['pause', 'resume'] as const) {
    sessions
      .command(`${verb}-all`)
      .description(`${verb} all sessions of the tenant, also those that are started meanwhile`)
      .action(
        does(async (call) => {
          const { sessions: all } = call.client();
          await call.output.one(verb === 'pause' ? await all.pauseAll() : await all.resumeAll());
          return undefined;
        }),
      );
  }
  sessions
    .command('terminate-all')
    .description('end all live sessions of the tenant')
    .action(
      does(async (call) => {
        await call.confirm('End all live sessions of all agents?');
        const { sessions: all } = call.client();
        await call.output.one({ terminated: await endAll(() => all.terminateAll()) });
        return undefined;
      }),
    );
}

/** One request ends a part of them. @returns how many all of them have ended */
export async function endAll(terminate: () => PromiseLike<AllTerminated>): Promise<number> {
  let terminated = 0;
  for (let more = true; more; ) {
    const answer = await terminate();
    terminated += answer.terminated;
    more = answer.more;
  }
  return terminated;
}
