import { createListener, type Listener } from '../db/listen.ts';
import { ACCESS_CHANNEL, DELTAS_WANTED_CHANNEL, INBOX_CHANNEL } from '../db/notify.ts';
import type { CallNews } from './call-news.ts';
import type { InboxBridge } from './inbox-bridge.ts';

/** Passes notifications on to the parts of the worker that look because of them. They share one connection. */
export function listenForSessions(deps: {
  readonly databaseUrl: string;
  readonly bridge: Pick<InboxBridge, 'inboxAppended' | 'scan'>;
  readonly callNews: Pick<CallNews, 'inboxAppended' | 'deltasWanted' | 'scan'>;
  /** The parts that look after tenants which were suspended or resumed, or got another weight. */
  readonly watches: readonly { look(): void }[];
  readonly warn: (message: string) => void;
}): Listener {
  const { bridge, callNews, watches } = deps;
  const accessChanged = () => {
    for (const watch of watches) watch.look();
    callNews.scan();
  };
  return createListener({
    databaseUrl: deps.databaseUrl,
    channels: [INBOX_CHANNEL, DELTAS_WANTED_CHANNEL, ACCESS_CHANNEL],
    applicationName: 'agent-runs-bridge',
    onNotification: (channel, payload) => {
      if (channel === ACCESS_CHANNEL) return accessChanged();
      const sessionIds = payload.split(',');
      if (channel === DELTAS_WANTED_CHANNEL) return callNews.deltasWanted(sessionIds);
      bridge.inboxAppended(sessionIds);
      callNews.inboxAppended(sessionIds);
    },
    onConnected: () => {
      bridge.scan();
      callNews.scan();
    },
    onDeaf: () => deps.warn('Postgres does not deliver notifications (a pooler in transaction mode?): scans go on.'),
  });
}
