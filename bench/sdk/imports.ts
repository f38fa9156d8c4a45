import { type Metrics, paired } from '../metric.ts';
import type { MeasuredSdk } from './prepare-sdks.ts';

const ROUNDS = 7;

/** Makes a client, as a program does when it begins. The floor makes one of what the SDK stands on. */
const BEGINNINGS = {
  typescript: {
    sdk: inNode(
      "const { BrainstormRouter } = await import('brainstormrouter'); new BrainstormRouter({ apiKey: 'brk_bench' });",
    ),
    floor: inNode("const { createParser } = await import('eventsource-parser'); createParser({ onEvent() {} });"),
  },
  python: {
    sdk: inPython("import brainstormrouter; brainstormrouter.BrainstormRouter(api_key='brk_bench')"),
    floor: inPython('import httpx; httpx.Client()'),
  },
} as const;

/** From the import to the first client. A program that imports Python's package and makes no client loads no httpx. */
export async function measureImports(sdks: readonly MeasuredSdk[]): Promise<Metrics> {
  const metrics: Record<string, Metrics[string]> = {};
  for (const { language, evaluate } of sdks) {
    const pairs: { value: number; floor: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const floor = await evaluate(BEGINNINGS[language].floor);
      pairs.push({ floor, value: await evaluate(BEGINNINGS[language].sdk) });
    }
    metrics[`sdk_${language}_import_and_client`] = paired(pairs, 'ms');
  }
  return metrics;
}

function inNode(code: string): string {
  return `const at = performance.now(); ${code} console.log(performance.now() - at)`;
}

function inPython(code: string): string {
  return `import time; at = time.perf_counter(); ${code}; print((time.perf_counter() - at) * 1000)`;
}
