import { EngineConnection } from '@cooperage/buildkit';

/** One question on a connection of its own. */
export async function askEngine<T>(address: string, ask: (connection: EngineConnection) => Promise<T>): Promise<T> {
  const connection = new EngineConnection({ address });
  try {
    return await ask(connection);
  } finally {
    await connection.close();
  }
}
