import type { EventPage } from '../service/sessions/session-log.ts';

/** A page of events as JSON. The data of an event is JSON text already and is inserted as it is. */
export function eventListResponse(page: EventPage): Response {
  const items = page.events.map(
    ({ seq, type, data, createdAt }) =>
      `{"seq":${seq},"type":${JSON.stringify(type)},"data":${data},"created_at":"${createdAt.toISOString()}"}`,
  );
  const body = `{"data":[${items.join(',')}],"next_cursor":${JSON.stringify(page.nextCursor)}}`;
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
