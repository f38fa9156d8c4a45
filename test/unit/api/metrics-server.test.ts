import { expect, onTestFinished, test } from 'vitest';
import { serveMetrics } from '../../../api/metrics-server.ts';

const HERE = { host: '127.0.0.1', port: 0 };

test('figures are served at a port of their own, and nothing else is', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'agent_runs_open_streams 3\n' };
  const server = await serveMetrics(metrics, HERE);
  onTestFinished(() => server.close());
  const at = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const figures = await at('/metrics');
  expect([figures.status, figures.headers.get('content-type')]).toEqual([200, metrics.contentType]);
  expect(await figures.text()).toBe('agent_runs_open_streams 3\n');
  for (const answer of [await at('/v1/sessions'), await at('/'), await at('/metrics', 'POST')]) {
    expect(answer.status).toBe(404);
  }
  await expect(serveMetrics(metrics, { ...HERE, port: server.port })).rejects.toThrow(
    'set AGENT_RUNS_METRICS_PORT to another',
  );
});
