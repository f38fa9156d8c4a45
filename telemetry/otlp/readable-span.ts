import type { HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Span } from '../spans.ts';
import type { SpanIds } from '../trace-ids.ts';
import { hrTime } from './hr-time.ts';

/** The part of the package that is used. It is loaded late, so it is handed in. */
type Api = Pick<typeof import('@opentelemetry/api'), 'SpanKind' | 'SpanStatusCode' | 'TraceFlags'>;

/** Makes our spans into those that exporters read. They are not begun by a tracer, because they are over when they are made. */
export function readableSpan(api: Api, resource: Resource): (span: Span) => ReadableSpan {
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, internal: api.SpanKind.INTERNAL };
  const contextOf = ({ traceId, spanId }: SpanIds) => ({ traceId, spanId, traceFlags: api.TraceFlags.SAMPLED });
  return (span) => {
    const { name, startMs, parent, links = [], events = [] } = span;
    // Two clocks, or a time that was rounded, must not make a span end before it began.
    const endMs = Math.max(startMs, span.endMs);
    const duration: HrTime = hrTime(endMs - startMs);
    return {
      name,
      kind: kinds[span.kind],
      spanContext: () => contextOf(span),
      ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
      startTime: hrTime(startMs),
      endTime: hrTime(endMs),
      duration,
      status: { code: span.failed ? api.SpanStatusCode.ERROR : api.SpanStatusCode.UNSET },
      // The exporter would send an attribute without a value.
      attributes: Object.fromEntries(Object.entries(span.attributes).filter(([, value]) => value !== undefined)),
      links: links.map((link) => ({ context: contextOf(link) })),
      events: events.map((event) => ({ name: event.name, time: hrTime(event.atMs) })),
      ended: true,
      resource,
      instrumentationScope: { name: 'agent-runs' },
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    };
  };
}
