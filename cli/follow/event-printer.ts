import type { RunEvent } from '../../sdk/typescript/src/index.ts';
import type { Output } from '../output/output.ts';
import { createEventDescriber } from './describe-event.ts';

/** Prints the events of sessions as they come. */
export interface EventPrinter {
  print(sessionId: string, event: RunEvent): Promise<void>;
  end(): Promise<void>;
}

/** @param several whether a line has to say which session it is about */
export function createEventPrinter(output: Output, several: boolean): EventPrinter {
  const stream = output.stream();
  const describers = new Map<string, (event: RunEvent) => string>();
  return {
    async print(sessionId, event) {
      const { id, type, data } = event;
      await stream.write({ session_id: sessionId, id, type, data }, () => {
        const describer = describers.get(sessionId) ?? createEventDescriber(output.paint);
        describers.set(sessionId, describer);
        return several ? `${output.paint('dim', sessionId.slice(-6))} ${describer(event)}` : describer(event);
      });
    },
    end: () => stream.end(),
  };
}

/** Prints events as frames of the event stream. */
export function createFramePrinter(output: Output): EventPrinter {
  return {
    print: (_, { id, type, data }) => output.raw(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
    end: () => Promise.resolve(),
  };
}
