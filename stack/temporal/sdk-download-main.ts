import { DefaultLogger, Runtime } from '@temporalio/worker';

/**
 * Downloads the Temporal CLI into the folder that is given as argument, by letting the SDK start a dev server once. The SDK's
 * testing package makes the same call. A failure goes to standard error in one line without addresses.
 */
const [downloadDir] = process.argv.slice(2);
if (downloadDir === undefined) throw new Error('the folder to download into is missing');

Runtime.install({ logger: new DefaultLogger('ERROR') });
const runtime = Runtime.instance();
try {
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: {
      type: 'cached-download',
      downloadDir,
      version: 'v1.9.1',
      ttl: 0,
      sdkName: 'sdk-typescript',
      sdkVersion: '1.24.0',
    },
    namespace: 'default',
    ip: '127.0.0.1',
    port: null,
    uiPort: null,
    dbFilename: null,
    ui: false,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `${/dns|connect|error sending request/i.test(text) ? 'no connection to its server' : text.split('\n')[0]}\n`,
  );
  process.exitCode = 1;
}
