/** One line of the scorecard: what is promised, and whose pain or whose lack it answers. */
export interface ScorecardRow {
  /** What tests carry in brackets in their title. */
  readonly tag: string;
  readonly promise: string;
  readonly because: string;
}

const pain = (project: string, number: number, promise: string, because: string): ScorecardRow => ({
  tag: `A ${project.split('/')[1]}#${number}`,
  promise,
  because: `${because} ([${project}#${number}](https://github.com/${project}/issues/${number}))`,
});

/** Known pains of the field, each a regression test of ours. */
export const pains: readonly ScorecardRow[] = [
  pain('coollabsio/coolify', 7569, 'following stays on until the reader scrolls up', 'follow switches itself off'),
  pain(
    'coollabsio/coolify',
    7719,
    'a tab that was hidden has no gap and needs no reload',
    'a hidden tab’s log stands still',
  ),
  pain('coollabsio/coolify', 7668, 'any line is reachable by its link', 'a limit of lines hides the start'),
  pain(
    'coollabsio/coolify',
    5982,
    'progress bars replay as a terminal shows them',
    'progress with carriage returns vanishes',
  ),
  pain('Dokploy/dokploy', 4305, 'a blocked socket falls back to HTTP within 3 s and says why', 'a spinner for ever'),
  pain(
    'coollabsio/coolify',
    5900,
    'the API has the log of every final status',
    'logs of failed runs are missing from the API',
  ),
  pain(
    'woodpecker-ci/woodpecker',
    6250,
    'only what the builder marks as failed is red',
    'every line with the word “error” is red',
  ),
  pain('woodpecker-ci/woodpecker', 1824, 'a log is followed from any machine', 'the command line cannot follow'),
  pain('coollabsio/coolify', 11228, 'no menu is clipped at 360, 768 and 1280 px', 'a menu hides behind the log'),
];

const row = (name: string, promise: string): ScorecardRow => ({ tag: `A2 ${name}`, promise, because: '' });
const loadRow = (name: string, promise: string): ScorecardRow => ({ tag: `A3 ${name}`, promise, because: '' });

/** What people compare dashboards by. */
export const features: readonly ScorecardRow[] = [
  row('link to line and range', 'a link leads to a line, and to a range of lines'),
  row(
    'search all steps with exact count',
    'a search covers all steps, folded and unloaded ones too, and counts exactly',
  ),
  row('first error without scrolling', 'the first error is on screen without scrolling'),
  row('keyboard only to the failing line', 'from the list to the failing line by keyboard in at most four keys'),
  row('live line', 'a line that a step prints appears without a reload'),
  row('works with socket blocked', 'everything works where sockets are blocked'),
  row('copy excerpt as Markdown', 'a failing excerpt is copied as Markdown'),
  row('resume after sleep', 'a tab that slept goes on where it was, without a reload'),
  row('1 M lines', 'a log of 1,000,000 lines opens, jumps to its end and is searched'),
  row(
    'CLI twin of each page',
    'each page names the command that gives its data: a `curl` call, until there is a command line program of our own',
  ),
  row('OpenAPI covers each page', 'each page’s data is a documented endpoint'),
  row('empty state names the next action', 'an empty page says what to do next'),
  row('first signed image from nothing', 'the first signed image from nothing in less than five minutes'),
  row('screen reader follows a live build', 'a screen reader can follow a live build'),
  row('dark and light', 'every page in dark and in light, without a barrier'),
  row('360 px wide', 'every page fits a window 360 px wide'),
];

/** What holds with many pushes, many tenants and hostile input. */
export const load: readonly ScorecardRow[] = [
  loadRow('crowd', 'more pushes at one moment than there are slots are all evaluated, built and published'),
  loadRow('many tenants', '200 projects of ten organizations, bursts of deliveries and 500 viewers: every build ends'),
  loadRow('kills', 'whatever process is killed, each accepted delivery is evaluated once and nothing is left behind'),
  loadRow('watchdog', 'a loop that takes no work is repaired, counted and shown'),
  loadRow('supervisors', 'what a supervisor or the launcher starts is started again or ended, never left alone'),
  loadRow('git decides', 'a commit is built only on the ref where the git host has it'),
  loadRow('replay', 'a delivery that is sent again moves no tag back'),
  loadRow('protected tags', 'no branch name moves a tag that a protected ref or a release owns'),
  loadRow('signed record', 'the signed source address is that of the build, wherever the project has moved'),
  loadRow('bound credentials', 'git credentials go to the host that they were set for, and to no other'),
  loadRow('fetch filter', 'an engine fetches nothing from an inner address, whatever name or redirect leads there'),
  loadRow('isolated steps', 'a step reaches no engine, service, host or metadata address'),
  loadRow('own steps', 'a build shows its own steps, whoever builds the same beside it'),
  loadRow('fair intake', 'one caller or project cannot keep the webhooks of others out'),
  loadRow('slots are shares', 'no organization holds the last free slot of a pool'),
  loadRow('organizations', 'administrators see, stop and delete what belongs to any organization'),
  loadRow('quotas', 'a reached quota has a reason of its own, and nothing is dropped'),
  loadRow('retention', 'what will be deleted is shown before, and can be undone'),
  loadRow('builder taken over', 'a builder that was taken over reads no secret and changes no build of another'),
  loadRow('hostile neighbour', 'a hostile tenant takes nothing from an honest one but a little time'),
  loadRow('Compose', 'one script and one command start it with Compose, and its images verify outside'),
  loadRow(
    'Compose suites',
    'what is shown of the processes holds in Compose too: builds, caches, logs, secrets, pages',
  ),
  loadRow('Compose faults', 'whatever process or container of Compose is killed, builds end and each tag moves once'),
  loadRow('Compose isolation', 'steps and engines of Compose reach nothing inner and stay within their limits'),
  loadRow('backup', 'a backup comes back on an empty machine'),
];
