import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createRunningStage } from '../../../worker/own-end/running-stage.ts';
import { RUNNING } from '../../../worker/own-end/watch-messages.ts';

test('[recovery:set-aside:named-cause-only] the code of a suspected stage is named behind each of its waits, and no other code is', async () => {
  const state = new Int32Array(2);
  const running = createRunningStage(state);
  onTestFinished(() => running.stop());
  const named: Record<string, number[]> = { a: [], b: [], other: [] };
  const note = (whose: string) => named[whose]?.push(state[RUNNING] ?? -1);
  const work = async (whose: string) => {
    for (let wait = 0; wait < 20; wait++) {
      note(whose);
      if (wait % 2 === 0) await pause(1);
      else await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return whose;
  };
  const [a] = await Promise.all([running.run(7, () => work('a')), running.run(8, () => work('b')), work('other')]);
  expect(a).toBe('a');
  expect(new Set(named.a)).toEqual(new Set([7]));
  expect(new Set(named.b)).toEqual(new Set([8]));
  expect(new Set(named.other)).toEqual(new Set([0]));
  await pause(1);
  expect(state[RUNNING]).toBe(0);
});
