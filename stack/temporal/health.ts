import { connect } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';

const SERVICE = 'temporal.api.workflowservice.v1.WorkflowService';
const SERVING = 1;

/**
 * Asks `grpc.health.v1.Health/Check` of the frontend at `host:port`. Written out by hand, as one fixed request and a one-byte answer
 * do not merit the 0.4 s that importing the Temporal client takes in the start of the stack.
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

/** @param signal gives up, without an error, when aborted. */
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

/** Field 1 of the answer, a varint that fits one byte. */
function statusIn(answer: Buffer): number | undefined {
  return answer[5] === 0x08 ? answer[6] : undefined;
}
