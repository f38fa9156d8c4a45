/**
 * Why no server can listen there, in a sentence that names the setting and says what it should be.
 * @param code of the system's error
 * @param setting the name of the setting that gives the port
 */
export function listenProblem(
  code: string | undefined,
  { host, port }: { readonly host: string; readonly port: number },
  setting = 'PORT',
): string {
  switch (code) {
    case 'EADDRINUSE':
      return portInUse(port, setting);
    case 'EACCES':
      return `Port ${port} may not be opened by this user; set ${setting} to one above 1023.`;
    default:
      return `AGENT_RUNS_HOST is "${host}", where this machine cannot listen${code === undefined ? '' : ` (${code})`}; set it to an address of this machine: 127.0.0.1 for clients on it, 0.0.0.0 for all clients.`;
  }
}

export function portInUse(port: number, setting = 'PORT'): string {
  return `Port ${port} is already in use; stop what listens there, or set ${setting} to another one (0 picks a free one).`;
}
