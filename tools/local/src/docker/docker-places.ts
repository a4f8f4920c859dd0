/** Where a Docker engine that the launcher started has what it is made of. */
export interface DockerPlaces {
  readonly dataFolder: string;
  /** A folder with a short path: the engine's own sockets lie there. */
  readonly socketFolder: string;
  readonly cgroupParent: string;
}

export function engineSocket(socketFolder: string): string {
  return `${socketFolder}/engine.sock`;
}

export function execFolder(socketFolder: string): string {
  return `${socketFolder}/engine`;
}
