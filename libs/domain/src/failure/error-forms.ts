/**
 * Lines by which well-known programs say what went wrong, each in the exact form in which the program writes it. A word
 * such as "error" alone says nothing: programs count errors, name tests after them and mention them in passing.
 */
const causes: readonly RegExp[] = [
  // gcc, clang, javac, swiftc: file:line:column: error: …
  /^\S[^:]*:\d+:(?:\d+:)? (?:fatal )?error(?::| )/,
  // go build, go vet: file.go:line:column: …
  /^\S+\.go:\d+:\d+: /,
  // tsc, csc, msvc: file(line,column): …, and tsc for people: file:line:column - error TS…
  /^\S.*\(\d+,\d+\): /,
  /^\S+:\d+:\d+ - error TS\d+: /,
  // rustc
  /^error\[E\d+\]: /,
  /^thread '.*' .*panicked at /,
  // maven, kotlinc
  /^\[ERROR\] \S+:\[\d+,\d+\] /,
  /^e: file:\/\/\S+:\d+:\d+ /,
  // the linker
  /: undefined reference to /,
  /^CMake Error/,
  // pytest, go test, PHP
  /^E {3,}\S/,
  /^\s*--- FAIL: /,
  /^PHP (?:Fatal|Parse) error: /,
  // go, java
  /^panic: /,
  /^Exception in thread /,
  // apt, dpkg, apk
  /^E: /,
  /^dpkg: error /,
  /^ERROR: unable to select packages:/,
  // pip
  /^ERROR: (?:Could not|Cannot|Failed|Invalid|Exception|Package|Directory|Command|.* is not a (?:valid|supported))/,
  // git, curl, wget, pnpm
  /^fatal: /,
  /^curl: \(\d+\) /,
  /^wget: /,
  /^\s?ERR_PNPM_\w+ /,
  // a shell, and what the operating system says through any program
  /^(?:\/bin\/)?(?:ba|da|a|z)?sh: .*not found$/,
  /: (?:No such file or directory|Permission denied|Is a directory|Not a directory|command not found|No space left on device|Connection refused)$/,
];

/** What npm says about its error instead of saying it. */
const npmAbout =
  /^npm (?:ERR!|error) (?:code|errno|syscall|path|dest|command|signal|workspace|location|process|A complete log|$)/;
const npm = /^npm (?:ERR!|error)\s+\S/;

/** What programs say that ran another one, which failed. */
const wrappers: readonly RegExp[] = [
  /^make(?:\[\d+\])?: \*\*\* /,
  /^ninja: build stopped: /,
  /^error Command failed with exit code \d/,
  /^collect2: error: /,
  /^error: could not compile /,
  /^\[ERROR\] Failed to execute goal /,
  /^\s?ELIFECYCLE /,
];

export const isCause = (line: string): boolean => causes.some((form) => form.test(line));

export const isWrapper = (line: string): boolean =>
  wrappers.some((form) => form.test(line)) || (npm.test(line) && !npmAbout.test(line));

/** The first line of a message that was thrown. @param next the lines behind it, which say soon where it was thrown */
export function isThrown(line: string, next: readonly string[]): boolean {
  if (!/^(?:Uncaught |Caused by: )?[\w.$]*(?:Error|Exception)\b/.test(line)) return false;
  return next.some((other) => /^\s+at /.test(other));
}

export const tracebackStart = 'Traceback (most recent call last):';
/** How Python ends a traceback: the name of what was raised, and mostly what it says. */
export const isTracebackEnd = (line: string): boolean => /^[A-Za-z_][\w.]*(?::|$)/.test(line);
