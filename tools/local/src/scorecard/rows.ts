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
