import { EngineConnection, prune } from '@cooperage/buildkit';

/** Takes everything from an engine that a build could reuse. It holds no images: builds of tests push and keep none. */
export async function wipe(address: string): Promise<void> {
  const connection = new EngineConnection({ address });
  try {
    await prune(connection, { all: true });
  } finally {
    await connection.close();
  }
}
