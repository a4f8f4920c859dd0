import { one, type PageQuery } from '../../../lib/address/query';

/** Numbers of two builds of one project. */
export interface ComparedPair {
  readonly a: number;
  readonly b: number;
}

/** The pair that the address names; null when it names none. */
export function readPair(query: PageQuery): ComparedPair | null {
  const [a, b] = [numberIn(query, 'a'), numberIn(query, 'b')];
  return a === null || b === null ? null : { a, b };
}

function numberIn(query: PageQuery, name: string): number | null {
  const text = one(query, name);
  return text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}
