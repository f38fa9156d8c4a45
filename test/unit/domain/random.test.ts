import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../domain/random.ts';

function momentsOf(draw: () => number, n = 20_000): { mean: number; variance: number } {
  const values = Array.from({ length: n }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n };
}

describe('seeded random numbers', () => {
  it('are a function of the seed alone', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const [a, b] = [seededRandom(seed), seededRandom(seed)];
        for (let i = 0; i < 5; i++) {
          expect(a.uniform()).toBe(b.uniform());
          expect(a.normal()).toBe(b.normal());
          expect(a.gamma(1.5)).toBe(b.gamma(1.5));
        }
      }),
    );
  });

  it('never change, so that a stored decision replays in every later version', () => {
    const random = seededRandom('sess_1:0:1');
    expect([random.uniform(), random.uniform(), random.uniform()]).toMatchInlineSnapshot(`
      [
        0.739422669983469,
        0.07676054059993476,
        0.023436984629370272,
      ]
    `);
  });

  it('differ between seeds that differ in one character', () => {
    const first = new Set(Array.from({ length: 1000 }, (_, turn) => seededRandom(`sess_1:${turn}:1`).uniform()));
    expect(first.size).toBe(1000);
    const values = [...first];
    const { mean, variance } = momentsOf(() => values.pop() ?? 0, 1000);
    expect(mean).toBeCloseTo(0.5, 1);
    expect(variance).toBeCloseTo(1 / 12, 1);
  });

  it('have the moments of their distributions', () => {
    const random = seededRandom('moments');
    const uniform = momentsOf(() => random.uniform());
    expect(uniform.mean).toBeCloseTo(0.5, 1);
    const normal = momentsOf(() => random.normal());
    expect(Math.abs(normal.mean)).toBeLessThan(0.03);
    expect(Math.abs(normal.variance - 1)).toBeLessThan(0.05);
    for (const shape of [0.3, 1, 2, 40]) {
      const { mean, variance } = momentsOf(() => random.gamma(shape));
      expect(Math.abs(mean / shape - 1)).toBeLessThan(0.05);
      expect(Math.abs(variance / shape - 1)).toBeLessThan(0.12);
    }
  });

  it('are never exactly 0 or 1', () => {
    const random = seededRandom('edges');
    for (let i = 0; i < 10_000; i++) {
      const value = random.uniform();
      expect(value > 0 && value < 1).toBe(true);
    }
  });

  it('refuse a gamma without a positive shape', () => {
    for (const shape of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => seededRandom('x').gamma(shape)).toThrow(RangeError);
    }
  });
});
