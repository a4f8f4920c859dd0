/**
 * The flags (`--name=value`) in front of an instruction's arguments, and what follows them; quotes and escapes are taken
 * off. As BuildKit's `extractBuilderFlags`, which counts single bytes 0x85 and 0xA0 as white space too.
 */
export function splitFlags(args: string, escapeChar: string): { flags: string[]; rest: string } {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < args.length && isSpace(args[at]!)) at++;
    if (!args.startsWith('--', at)) return { flags, rest: args.slice(at) };
    const word = readWord(args, at, escapeChar);
    at = word.end;
    if (word.text === '--') return { flags, rest: args.slice(at) };
    flags.push(word.text);
  }
}

function readWord(args: string, start: number, escapeChar: string): { text: string; end: number } {
  let text = '';
  let quote = '';
  let at = start;
  for (; at < args.length; at++) {
    const char = args[at]!;
    if (quote === '' && isSpace(char)) break;
    if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) quote = char;
    else if (char === escapeChar) text += args[++at] ?? '';
    else text += char;
  }
  return { text, end: at };
}

function isSpace(char: string): boolean {
  return /[\t\n\v\f\r \x85\xa0]/.test(char);
}
