import { expect, test } from 'vitest';
import { withContext, withLogContext, withoutLogContext } from '../../../processes/log-context.ts';

const OF_STAGE = { tenant_id: 'ten_a', session_id: 'sess_a', turn: 3, request_id: 'req_a', temporal_run_id: 'run_a' };

test('[log:stage:one-correlation] a line of a stage names its session, turn, request and run, and keeps what it says itself', async () => {
  await withLogContext(OF_STAGE, async () => {
    expect(withContext({ event: 'x', turn: 2, request_id: undefined })).toEqual({ ...OF_STAGE, event: 'x', turn: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    expect(withContext({})).toEqual(OF_STAGE);
  });
});

test('[log:stage:one-correlation] a line that is not about the session of a stage is not given its ids', async () => {
  const other = { session_id: 'sess_b', turn: 0 };
  let goOn = () => {};
  const later = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let leftBehind: Promise<object> | undefined;
  await withLogContext(OF_STAGE, async () => {
    expect(withContext(other)).toEqual(other);
    expect(withContext({ tenant_id: 'ten_b' })).toEqual({ tenant_id: 'ten_b' });
    expect(withoutLogContext(() => withContext({ event: 'x' }))).toEqual({ event: 'x' });
    leftBehind = later.then(() => withContext({ event: 'x' }));
  });
  goOn();
  // What a stage left behind, such as a connection, outlives it.
  expect(await leftBehind).toEqual({ event: 'x' });
  expect(withContext(other)).toEqual(other);
});
