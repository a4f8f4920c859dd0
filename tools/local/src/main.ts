import { bench } from './commands/bench.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { scorecard } from './commands/scorecard.ts';
import { screens } from './commands/screens.ts';
import { services } from './commands/services.ts';
import { status } from './commands/status.ts';
import { test } from './commands/test.ts';
import { up } from './commands/up.ts';
import { LauncherError, say } from './output.ts';
import { CommandFailed } from './processes/command.ts';

const USAGE = `usage: ./cooperage COMMAND
  up [--detach] [--strangers]    start everything, until Ctrl-C or in the background; with a builder
                                 for forks and for organizations that do not trust each other
  down                           stop everything; the data stays
  status [--json]                what runs, and where
  doctor [--json]                what is where, and what to do
  test [--full] [--only unit|int|strangers|e2e|full] [--soak] [--require-tools] [FILTER…]
                                 run every check and test, on services of their own
  bench road|web|cache|neighbour|crowd|intake|fanout|log|history [--json] [--pairs N] [--only P1,P2,…]
                                 measure the product against what people do without it
  scorecard                      make docs/scorecard.md from the last run of the end-to-end tests
  screens                        draw every page into docs/screens
  services [--detach | --stop]   start the real services that integration tests use`;

/** Each gets the arguments after its name and returns the exit code. */
type Command = (parameters: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  bench,
  doctor,
  down,
  scorecard,
  screens,
  services,
  status,
  test,
  up,
  async help() {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  },
};

async function main([name = 'help', ...parameters]: readonly string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new LauncherError(`there is no command "${name}"\n${USAGE}`);
  return command(parameters);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isPlain = error instanceof LauncherError || error instanceof CommandFailed;
  say(`cooperage: ${isPlain || !(error instanceof Error) ? (error as Error).message : error.stack}`);
  process.exitCode = 1;
}
