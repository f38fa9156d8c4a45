import { spawn } from 'node:child_process';

export interface ProgramOptions {
  readonly cwd: string;
  /** Variables beside those that programs need to run at all. Nothing else of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What is typed into it. */
  readonly input?: string | undefined;
}

/** Runs a program to its end. @returns what it printed @throws Error with all that it printed, unless it ends with 0 */
export function runProgram(commandLine: readonly string[], { cwd, env, input = '' }: ProgramOptions): Promise<string> {
  const [command = '', ...args] = commandLine;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...inherited(), ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    let printed = '';
    let complained = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      complained += String(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${commandLine.join(' ')} ended with ${code}\n${printed}\n${complained}`));
    });
    // A program that ends without reading its input closes the pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] ?? '']] : [])));
}
