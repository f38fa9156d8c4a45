import { createCallSlots } from '../activities/shares/call-slots.ts';
import type { StageShares } from '../activities/shares/stage-shares.ts';
import { createTurnsAtOnce } from '../activities/shares/turns-at-once.ts';
import type { ServiceEnvironment } from '../processes/environment.ts';
import type { TenantMeter } from '../processes/tenant-meter.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';

/** The number of calls of a kind that every tenant can have under way, whatever the others do. */
const floorOf = (capacity: number) => Math.min(8, Math.max(1, Math.floor(capacity / 8)));
/** More than a process can serve: its event loop is busy with six. */
const TURNS_AT_ONCE = 12;
/** So few leave the machine to a turn of another tenant: beside two it takes 1.9 times as long as alone. */
const TURNS_BESIDE_OTHERS = 2;
const TURNS_BESIDE_TURNS = 1;
/**
 * Enough to keep the turns busy that a tenant has beside others. Each of these calls holds an activity, which costs them. A tenant
 * alone has no such bound: to wait in workflows costs it a third of its turns.
 */
const CROWD_BESIDE_OTHERS = 16;

/** Makes what the sessions of a worker share. */
export function createStageShares(deps: {
  readonly environment: Pick<ServiceEnvironment, 'modelCallsAtOnce' | 'toolCallsAtOnce'>;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly meter: Pick<TenantMeter, 'hold'>;
  readonly weightOf: (tenantId: string) => number;
  readonly nowMs: () => number;
}): StageShares {
  const { environment, sessions, meter, weightOf, nowMs } = deps;
  // A wake-up that is lost delays a session until it asks again.
  const wake = (sessionId: string) => void sessions.signalWake(sessionId).catch(() => undefined);
  const slots = (capacity: number, what: 'model_call_slots' | 'tool_call_slots') => {
    const held = (tenantId: string) => meter.hold(tenantId, what);
    const waits = (tenantId: string) => meter.hold(tenantId, 'waiting_calls');
    return createCallSlots({
      capacity,
      floor: floorOf(capacity),
      crowd: () => (turns.isShared() ? CROWD_BESIDE_OTHERS : Infinity),
      crowdOf: turns.waiting,
      weightOf,
      wake,
      nowMs,
      held,
      waits,
      random: Math.random,
    });
  };
  const turns = createTurnsAtOnce({
    places: TURNS_AT_ONCE,
    besideOthers: TURNS_BESIDE_OTHERS,
    besideTurns: TURNS_BESIDE_TURNS,
    weightOf,
    waitEnded: () => offer(),
    nowMs,
  });
  const modelCalls = slots(environment.modelCallsAtOnce, 'model_call_slots');
  const toolCalls = slots(environment.toolCallsAtOnce, 'tool_call_slots');
  const offer = () => {
    modelCalls.offer();
    toolCalls.offer();
  };
  return { modelCalls, toolCalls, turns };
}
