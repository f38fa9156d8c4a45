import type { Reporter, TestCase } from 'vitest/node';

/** Prints, at the end of a run with `--retry`, the tests that passed only when they were tried again. */
export default class SecondTries implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true) this.#names.push(`${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    process.stdout.write(`\n Passed at the second try only:\n${this.#names.map((name) => `   ${name}\n`).join('')}`);
  }
}
