import { ProtocolError } from '@modelcontextprotocol/client';
import { serverMessage } from './call-failure.ts';
import type { CallWatch } from './call-watch.ts';
import type { ToolInvocation, ToolResult } from './tool-call.ts';

/**
 * Tells the caller of a call that was given up what its server answers after all. An error is an answer, too.
 * @param secrets what the server may repeat, as it is when the answer comes
 */
export function heardLate(
  answer: Promise<ToolResult>,
  call: CallWatch,
  { server, onLateAnswer }: Pick<ToolInvocation, 'server' | 'onLateAnswer'>,
  secrets: () => readonly string[],
): void {
  const hear = (result: ToolResult) => {
    if (call.ended === 'cancelled' || call.ended === 'timed_out') onLateAnswer?.(result);
  };
  answer.then(hear, (error: unknown) => {
    if (!(error instanceof ProtocolError)) return;
    const output = `The tool server "${server.name}" answered with an error: ${serverMessage(error, secrets())}`;
    hear({ output, isError: true, items: 0, bytes: Buffer.byteLength(output), truncated: false });
  });
}
