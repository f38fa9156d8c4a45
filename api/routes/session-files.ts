import { SESSION_FILE_TYPE } from '../../contract/session-file.ts';
import { exportSession } from '../../service/sessions/files/export-session.ts';
import { fileStreamResponse } from '../file-stream.ts';
import { type Route, route } from '../route.ts';
import { atBothAddresses, type SessionAddress, type SessionSender, sessionRef } from './session-addresses.ts';

const tag = 'Sessions';

/** Routes that take sessions from one installation to another, as files. */
export function sessionFileRoutes(): Route[] {
  return atBothAddresses(filesAt);
}

function filesAt(base: SessionAddress, resource: SessionSender): Route[] {
  return [
    route({
      method: 'get',
      path: `${base}/export`,
      operationId: `${resource}.export`,
      tag,
      scope: 'read',
      summary: 'Export an ended session as a file',
      responses: {
        200: {
          description:
            'The file, as JSON Lines. It is whole only with its last line, whose `kind` is `end`. A last line of the kind `failed` says why it is not.',
          binary: [SESSION_FILE_TYPE],
          headers: { 'Content-Disposition': 'Names the file after the session.' },
        },
      },
      errors: ['session_not_found', 'session_not_ended'],
      async handle({ ctx, params }) {
        const { sessionId, chunks } = await exportSession({ ctx, input: sessionRef(params) });
        const headers = {
          'content-type': SESSION_FILE_TYPE,
          'content-disposition': `attachment; filename="${sessionId}.jsonl"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'x-accel-buffering': 'no',
        };
        return fileStreamResponse(chunks, headers, ctx.meter.hold(ctx.tenantId, 'streams'));
      },
    }),
  ];
}
