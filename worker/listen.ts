import { createListener, type Listener } from '../db/listen.ts';
import { DELTAS_WANTED_CHANNEL, INBOX_CHANNEL } from '../db/notify.ts';
import type { CallNews } from './call-news.ts';
import type { InboxBridge } from './inbox-bridge.ts';

/** Passes notifications on to the inbox bridge and to the news of model calls. They share one connection. */
export function listenForSessions(deps: {
  readonly databaseUrl: string;
  readonly bridge: Pick<InboxBridge, 'inboxAppended' | 'scan'>;
  readonly callNews: Pick<CallNews, 'inboxAppended' | 'deltasWanted' | 'scan'>;
  readonly warn: (message: string) => void;
}): Listener {
  const { bridge, callNews } = deps;
  return createListener({
    databaseUrl: deps.databaseUrl,
    channels: [INBOX_CHANNEL, DELTAS_WANTED_CHANNEL],
    applicationName: 'agent-runs-bridge',
    onNotification: (channel, payload) => {
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
