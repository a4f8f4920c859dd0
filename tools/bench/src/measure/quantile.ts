/**
 * The value below which the share `q` of the values lies, interpolated between neighbours.
 * @throws {RangeError} for no values, or a share outside of 0 to 1.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('a quantile needs values');
  if (!(q >= 0 && q <= 1)) throw new RangeError('a share lies between 0 and 1');
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
