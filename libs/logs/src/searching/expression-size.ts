interface Group {
  size: number;
  /** Of what a count would repeat. */
  last: number;
}

const count = /\{(\d+)(?:,(\d*))?\}/y;

/**
 * How many positions an expression stands for when its counts are written out, roughly: `(?:ab){3}` is six. To be known before
 * it is compiled, since compiling writes them out. What it misreads, as inside `\Q…\E`, the compiled size tells.
 */
export function writtenOut(expression: string): number {
  const groups: Group[] = [{ size: 0, last: 0 }];
  const add = (size: number): void => {
    const group = groups.at(-1)!;
    group.size += size;
    group.last = size;
  };
  for (let at = 0; at < expression.length; at++) {
    const char = expression[at]!;
    if (char === '(') groups.push({ size: 0, last: 0 });
    else if (char === ')') {
      const { size } = groups.length > 1 ? groups.pop()! : { size: 0 };
      add(Math.max(1, size));
    } else if (char === '[') {
      at = endOfClass(expression, at);
      add(1);
    } else if (char === '\\') {
      at = endOfEscape(expression, at);
      add(1);
    } else if (char === '{') {
      count.lastIndex = at;
      const found = count.exec(expression);
      if (!found) add(1);
      else {
        at += found[0].length - 1;
        const group = groups.at(-1)!;
        const times = Math.max(1, Number(found[1]), Number(found[2] || 0));
        group.size += group.last * (times - 1);
        group.last *= times;
      }
    } else add(1);
  }
  return groups.reduce((sum, { size }) => sum + size, 0);
}

function endOfClass(expression: string, start: number): number {
  let at = start + 1;
  if (expression[at] === '^') at++;
  // A bracket that comes first is one of its characters.
  if (expression[at] === ']') at++;
  for (; at < expression.length && expression[at] !== ']'; at++) {
    if (expression[at] === '\\') at++;
    else if (expression.startsWith('[:', at)) at = Math.max(at, expression.indexOf(':]', at) + 1);
  }
  return at;
}

/** `\p{Greek}` and `\x{41}` have braces that count nothing. */
function endOfEscape(expression: string, start: number): number {
  const next = expression[start + 1] ?? '';
  if (!/[pPx]/.test(next) || expression[start + 2] !== '{') return start + 1;
  const end = expression.indexOf('}', start);
  return end === -1 ? expression.length : end;
}
