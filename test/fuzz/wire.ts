import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzzWire } from '../wire-shapes/fuzz-wire.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string', default: '5000' } } });
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const runs = Number(values.runs);

console.log(`seed ${seed}, ${runs} runs`);
const startedMs = performance.now();
await fuzzWire({ seed, runs });
console.log(
  `${runs} mutated responses, all as they must be, in ${Math.round((performance.now() - startedMs) / 1000)} s`,
);
