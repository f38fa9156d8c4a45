import { spawn } from 'node:child_process';
import { codeOf } from '../../processes/error-cause.ts';

export interface RunToolOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command to its end. @throws Error with its last line on standard error, or one that says that it is not installed */
export function runTool(commandLine: readonly string[], { env, cwd, signal }: RunToolOptions): Promise<void> {
  const [command = '', ...args] = commandLine;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      cwd,
      signal,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = `${said}${String(chunk)}`.slice(-4_000);
    });
    child.once('error', (error) => {
      if (error.name === 'AbortError') reject(new Error('nothing arrived in time'));
      else reject(new Error(codeOf(error) === 'ENOENT' ? `${command} is not installed` : error.message));
    });
    child.once('close', (code) => {
      if (code === 0) return resolve();
      const lines = said.trim().split('\n');
      const line = lines.findLast((text) => /error/i.test(text)) ?? lines.at(-1) ?? '';
      reject(
        new Error(
          line
            .trim()
            .replace(/https?:\/\/\S+/g, '…')
            .slice(0, 200) || `${command} ended with code ${code}`,
        ),
      );
    });
  });
}
