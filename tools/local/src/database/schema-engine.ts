import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaContainer, SchemaEngine } from '@prisma/schema-engine-wasm';
import { EngineAdapterFactory } from './engine-adapter.ts';

let panic: string | undefined;
function rememberPanic(message: string): void {
  panic = message;
}

/**
 * Runs `work` with Prisma's own schema engine, compiled to WebAssembly (its command line would download a native one),
 * that is connected to the database, and closes both.
 * @throws {Error} with the engine's own sentence; after a panic with the panic's message.
 */
export async function withEngine<T>(
  databaseUrl: string,
  schema: readonly SchemaContainer[],
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: rememberPanic } });
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const factory = new EngineAdapterFactory(databaseUrl);
  let engine: SchemaEngine | undefined;
  try {
    const datamodels = schema.map((file): [string, string] => [file.path, file.content]);
    engine = await SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
    return await work(engine);
  } catch (error) {
    throw readable(error);
  } finally {
    free(engine);
    await factory.close();
  }
}

function readable(error: unknown): Error {
  if (panic !== undefined) {
    const message = `Prisma's schema engine panicked: ${panic}`;
    panic = undefined;
    return new Error(message, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

function free(engine: SchemaEngine | undefined): void {
  try {
    engine?.free();
  } catch {
    // After a panic the instance's memory is already poisoned; the process goes on with the error that it has.
  }
}
