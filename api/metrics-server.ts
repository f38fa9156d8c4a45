import { type PlainServer, servePlain } from '../processes/plain-server.ts';
import type { Metrics } from './metrics.ts';

/**
 * Serves the figures at a port of their own. The API itself never guesses by a request where it comes from.
 * @throws SettingError when it cannot listen there
 */
export function serveMetrics(
  metrics: Pick<Metrics, 'text' | 'contentType'>,
  listen: { readonly host: string; readonly port: number },
): Promise<PlainServer> {
  const figures = async () => ({ status: 200, contentType: metrics.contentType, text: await metrics.text() });
  return servePlain({ '/metrics': figures }, { ...listen, setting: 'AGENT_RUNS_METRICS_PORT' });
}
