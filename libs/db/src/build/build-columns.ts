import { Prisma } from '../generated/client.js';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Every column of a row of `build` under the name that Prisma gives it, for statements that Prisma cannot write. */
export function buildColumns(alias: string): Prisma.Sql {
  const columns = Object.values(Prisma.BuildScalarFieldEnum).map((name) => `${alias}."${snake(name)}" AS "${name}"`);
  return Prisma.raw(columns.join(', '));
}
