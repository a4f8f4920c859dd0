/** Something that was to be measured was lost, doubled or wrong: then there is no result, however fast it was. */
export class Inexact extends Error {
  override readonly name = 'Inexact';
}

/** @throws {Inexact} naming what is wrong */
export function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Inexact(what);
}
