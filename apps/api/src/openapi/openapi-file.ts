/** The committed description, beside `package.json`, whether this runs from `src` or from `dist`. */
export const openApiFile = new URL('../../openapi.json', import.meta.url);
