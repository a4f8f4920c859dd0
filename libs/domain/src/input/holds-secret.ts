const shortestPart = 8;

/** Whether a text is the value of a secret, or has it in it: a value of a few letters is a word, and only the whole counts. */
export function holdsSecret(text: string, value: string): boolean {
  return value !== '' && (text === value || (value.length >= shortestPart && text.includes(value)));
}
