/**
 * What a person typed into a field of a quota: null for nothing. What is no number stays as it is, so that the API names the
 * field: as JSON it would be null, which lifts the limit.
 * @param scale what one unit of the field is in the unit of the API
 * @param whole false where the API takes parts
 */
export function typedQuota(typed: string, scale: number, whole: boolean): number | string | null {
  const text = typed.trim();
  if (text === '') return null;
  const value = Number(text) * scale;
  if (!Number.isFinite(value)) return text;
  return whole ? Math.round(value) : value;
}
