/** Why another process could not be reached, or was lost. */
export interface NetworkProblem {
  /** The words for people, behind "… could not be reached: ". */
  readonly meaning: string;
  /** `name`: the host has no address. `dialling`: there was no connection, so nothing was sent. `anytime`: there may have been a connection. */
  readonly when: 'name' | 'dialling' | 'anytime';
}

/** The one list of the codes of Node and undici for errors of the network. */
const PROBLEMS: Readonly<Record<string, NetworkProblem>> = {
  ENOTFOUND: { meaning: 'no such host', when: 'name' },
  EAI_AGAIN: { meaning: 'its name could not be resolved', when: 'name' },
  ECONNREFUSED: { meaning: 'connection refused', when: 'dialling' },
  EHOSTUNREACH: { meaning: 'no route to it', when: 'dialling' },
  ENETUNREACH: { meaning: 'no route to it', when: 'dialling' },
  EADDRNOTAVAIL: { meaning: 'no port was free to connect from', when: 'dialling' },
  UND_ERR_CONNECT_TIMEOUT: { meaning: 'it did not accept the connection in time', when: 'dialling' },
  EHOSTDOWN: { meaning: 'its machine is down', when: 'anytime' },
  ENETDOWN: { meaning: 'the network is down', when: 'anytime' },
  ECONNRESET: { meaning: 'the connection was reset', when: 'anytime' },
  EPIPE: { meaning: 'the connection was closed', when: 'anytime' },
  UND_ERR_SOCKET: { meaning: 'the connection was closed', when: 'anytime' },
  ETIMEDOUT: { meaning: 'it did not answer in time', when: 'anytime' },
};

/** The problem of the network that the code of an error names; undefined if the code names none. */
export function networkProblem(code: string | undefined): NetworkProblem | undefined {
  return code !== undefined && Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code] : undefined;
}

/** True if the code of an error says that there was no connection yet, so nothing was sent. */
export function neverConnected(code: string | undefined): boolean {
  const problem = networkProblem(code);
  return problem !== undefined && problem.when !== 'anytime';
}
