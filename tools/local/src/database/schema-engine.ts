import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaContainer, SchemaEngine } from '@prisma/schema-engine-wasm';
import { EngineAdapterFactory, type FailedScript, type ScriptOptions } from './engine-adapter.ts';

let panic: string | undefined;
function rememberPanic(message: string): void {
  panic = message;
}

/** A migration's own SQL failed. */
export class ScriptFailure extends Error {
  readonly code: string;
  readonly reason: string;

  constructor(error: Error, { code, reason }: FailedScript) {
    super(error.message, { cause: error });
    this.code = code;
    this.reason = reason;
  }
}

/**
 * Runs `work` with Prisma's own schema engine, compiled to WebAssembly (its command line would download a native one),
 * that is connected to the database, and closes both.
 * @param scripts how a migration's SQL is run
 * @throws {Error} with the engine's own sentence, a `ScriptFailure` of a migration's SQL; after a panic with the panic's message.
 */
export async function withEngine<T>(
  databaseUrl: string,
  schema: readonly SchemaContainer[],
  work: (engine: SchemaEngine) => Promise<T>,
  scripts: ScriptOptions = {},
): Promise<T> {
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: rememberPanic } });
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const factory = new EngineAdapterFactory(databaseUrl, scripts);
  let engine: SchemaEngine | undefined;
  try {
    const datamodels = schema.map((file): [string, string] => [file.path, file.content]);
    engine = await SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
    return await work(engine);
  } catch (error) {
    throw factory.failure === null ? readable(error) : new ScriptFailure(readable(error), factory.failure);
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
