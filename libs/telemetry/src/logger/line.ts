const unsafe = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const credentials = /(\/\/)[^/\s"@]+@/g;

/**
 * Makes one line of JSON safe to be looked at in a terminal, without a change of its meaning: JSON escapes C0 control
 * characters by itself, this escapes the others that move, hide or reorder text. Credentials inside addresses, which
 * messages of libraries like to repeat, are removed.
 */
export function safeLine(json: string): string {
  return json
    .replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(credentials, '$1***@');
}
