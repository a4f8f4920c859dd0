import type { TestServices } from '@cooperage/testing';
import { askEngine } from './ask-engine.js';
import { runProgram } from './run-program.js';

const builder = 'engine';

/**
 * Variables with which docker-buildx builds on the engine of the product. A BuildKit on its own is a builder of the driver
 * `remote`, which somebody sets up once and so nobody measures. That driver does not reach the BuildKit in a Docker engine.
 * @param folder where buildx keeps what it knows
 */
export async function buildxEnvironment(
  { tools, engine }: TestServices,
  folder: string,
): Promise<Record<string, string>> {
  const docker = await askEngine(engine, (connection) => connection.dockerVersion());
  if (docker !== null) return { BUILDX_CONFIG: folder, DOCKER_HOST: engine };
  const args = ['create', `--name=${builder}`, '--driver=remote', engine];
  const env = { PATH: process.env.PATH ?? '', HOME: folder, BUILDX_CONFIG: folder };
  await runProgram({ file: tools['docker-buildx']!, args, env });
  return { BUILDX_CONFIG: folder, BUILDX_BUILDER: builder };
}
