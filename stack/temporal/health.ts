import { connect } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';

const SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
const SERVING = 1;

/**
 * Asks the frontend at `host:port` for `grpc.health.v1.Health/Check`. The request is written by hand, because the import of the
 * Temporal client would add 0.4 s to the start of the stack, for one fixed request and an answer of one byte.
 */
export function isTemporalServing(address: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${address}`);
    const timer = setTimeout(() => finish(false), timeoutMs);
    const finish = (serving: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(serving);
    };
    session.on('error', () => finish(false));
    const request = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const answer: Buffer[] = [];
    request.on('error', () => finish(false));
    request.on('data', (chunk: Buffer) => answer.push(chunk));
    request.on('end', () => finish(statusIn(Buffer.concat(answer)) === SERVING));
    request.end(healthRequest());
  });
}

/** @param signal ends the waiting without an error when it aborts */
export async function untilTemporalServes(address: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await isTemporalServing(address, 2_000)) return;
    await pause(50);
  }
}

/** A gRPC frame (flag, 32-bit length) around protobuf field 1, the name of the service. */
function healthRequest(): Buffer {
  const name = Buffer.from(SERVICE);
  const message = Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/** Field 1 of the answer, a varint that fits into one byte. */
function statusIn(answer: Buffer): number | undefined {
  return answer[5] === 0x08 ? answer[6] : undefined;
}
