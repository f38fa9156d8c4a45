import { allTerminatedSchema, orderToAllSchema } from '../../contract/all-sessions.ts';
import { pauseAllSessions, resumeAllSessions, terminateAllSessions } from '../../service/sessions/all-sessions.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Sessions';
const order = { description: 'Whether all sessions are to pause now.', schema: orderToAllSchema };

/** Routes that operate all sessions of the tenant. */
export function allSessionsRoutes(): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/sessions/terminate',
      operationId: 'sessions.terminateAll',
      tag,
      scope: 'admin',
      summary: 'End all live sessions of the tenant at once, whatever they are doing',
      responses: { 200: { description: 'How many have ended.', schema: allTerminatedSchema } },
      handle: async ({ ctx }) => json(await terminateAllSessions({ ctx })),
    }),
    route({
      method: 'post',
      path: '/v1/sessions/pause',
      operationId: 'sessions.pauseAll',
      tag,
      scope: 'admin',
      summary: 'Have all sessions of the tenant pause, also those that are started meanwhile',
      responses: { 200: order },
      handle: async ({ ctx }) => json(await pauseAllSessions({ ctx })),
    }),
    route({
      method: 'post',
      path: '/v1/sessions/resume',
      operationId: 'sessions.resumeAll',
      tag,
      scope: 'admin',
      summary:
        'Have the sessions of a paused tenant go on, but for those that are paused by themselves or with their agent',
      responses: { 200: order },
      handle: async ({ ctx }) => json(await resumeAllSessions({ ctx })),
    }),
  ];
}
