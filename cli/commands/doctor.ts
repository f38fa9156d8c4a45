import type { Command } from 'commander';
import type { Call, Does } from '../call.ts';
import { checkCollector } from '../doctor/check-collector.ts';
import { checkNode, checkProviders, checkService } from '../doctor/check-service.ts';
import { type Finding, failed } from '../doctor/finding.ts';
import { EXIT } from '../exit-code.ts';
import { failureOf } from '../failure.ts';
import { plainLine } from '../output/plain-text.ts';

const MARKS = { ok: '✓', warning: '!', failed: '✗', skipped: '-' } as const;
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' } as const;

export function addDoctor(program: Command, does: Does): void {
  program
    .command('doctor')
    .description(
      'check Node, the service, its key, Postgres, Temporal and providers, and say how to mend what is wrong',
    )
    .option('--providers', 'try each provider with one small request, which may cost something')
    .action(
      does(async (call, { providers = false }: { providers?: boolean }) => {
        const stream = call.output.stream();
        let bad = 0;
        for await (const finding of findings(call, providers)) {
          if (finding.status === 'failed') bad += 1;
          await stream.write(finding, () => lineOf(finding, call));
        }
        await stream.end();
        call.say(bad === 0 ? 'nothing is broken' : `${bad} ${bad === 1 ? 'thing is' : 'things are'} broken`);
        return bad === 0 ? EXIT.done : EXIT.error;
      }),
    );
}

async function* findings(call: Call, tries: boolean): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  let client: ReturnType<Call['client']> | undefined;
  try {
    client = call.client();
  } catch (error) {
    yield failed('service', failureOf(error).message ?? '', 'docs/cli.md, Which service, says where it is looked for.');
  }
  if (client !== undefined) {
    yield* checkService(client);
    yield* checkProviders(client, tries);
  }
  // What speaks to Postgres and Temporal takes a second to load.
  const servers = await import('../doctor/check-servers.ts');
  const env = servers.withEmbedded(call.io.env);
  yield* servers.checkPostgres(env);
  yield* servers.checkTemporal(env);
  yield servers.checkEgress(env);
  yield* checkCollector(env);
}

function lineOf({ check, status, found, mend }: Finding, { output: { paint } }: Call): string {
  const advice = mend === undefined ? '' : `\n    ${paint('bold', plainLine(mend))}`;
  return `${paint(COLOURS[status], MARKS[status])} ${plainLine(check)}: ${plainLine(found)}${advice}`;
}
