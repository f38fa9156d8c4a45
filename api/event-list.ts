import { cursorOf, type EventPage } from '../service/sessions/session-log.ts';

/** A page of events as JSON. The data of an event is JSON text already and is inserted as it is. */
export function eventListResponse(page: EventPage): Response {
  const items = page.events.map((event) => {
    const place =
      event.kind === 'event'
        ? `"seq":${event.seq},"type":"${event.type}"`
        : `"id":"${cursorOf(event)}","seq":${event.afterSeq},"type":"session.compacted"`;
    return `{${place},"data":${event.data},"created_at":"${event.createdAt.toISOString()}"}`;
  });
  const body = `{"data":[${items.join(',')}],"next_cursor":${JSON.stringify(page.nextCursor)}}`;
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}
