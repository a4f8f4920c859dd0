import { verifiedLayersFloor } from './verified-layers.js';

/** What should hold where an engine runs and does not. */
export const engineWarnings = [
  'memory-unlimited',
  'processes-unlimited',
  'processors-unlimited',
  'writes-uncounted',
  'builds-unlimited',
  'fetches-unfiltered',
  'fetches-unknown',
  'rules-missing',
  'limits-shared',
  'layers-unverified',
  'sources-unkeyed',
] as const;
export type EngineWarning = (typeof engineWarnings)[number];

/** What follows from it, and what to do. */
export const engineWarningTexts: Readonly<Record<EngineWarning, { readonly title: string; readonly text: string }>> = {
  'memory-unlimited': {
    title: 'Steps have no limit of memory',
    text: 'The kernel took no limit for a control group. Give the worker the right to the memory controller.',
  },
  'processes-unlimited': {
    title: 'Steps have no limit of processes',
    text: 'The kernel took no limit for a control group. Give the worker the right to the pids controller.',
  },
  'processors-unlimited': {
    title: 'Steps have no limit of processors',
    text: 'The kernel took no limit for a control group. Give the worker the right to the cpu controller.',
  },
  'writes-uncounted': {
    title: 'A build that writes very much slows others down',
    text: 'The kernel does not count what a control group writes to a disk, so such a build is not held back.',
  },
  'builds-unlimited': {
    title: 'All builds together have no limit of memory',
    text: 'Where the limits of builds are more than the machine has, its kernel may end PostgreSQL or this service. Set a limit of memory for the group above COOPERAGE_CGROUP_PARENT, or for that group.',
  },
  'fetches-unfiltered': {
    title: 'The engine fetches from this machine and from private networks',
    text: 'FROM and ADD in a Dockerfile reach services that are not public. Build only what you trust, or close these addresses to the engine.',
  },
  'fetches-unknown': {
    title: 'It is not known what the engine can fetch from',
    text: 'The worker had the engine fetch from itself and got no clear answer. FROM and ADD may reach services that are not public. It tries again every minute.',
  },
  'rules-missing': {
    title: 'The network rules of the engine are missing',
    text: 'No build starts until they are in force again. The log of what started the engine says why they cannot be set.',
  },
  'limits-shared': {
    title: 'One build can use up limits of the whole machine',
    text: 'The kernel has one number for all processes of root, or for all sockets. The log of the worker names those that could not be raised. Raise them with sysctl, as docs/operations.md says.',
  },
  'layers-unverified': {
    title: 'Who may push a branch can replace a base image',
    text: `The engine does not compare a layer with the sum that the image names. A branch can so give protected builds of every project other files than those of their base image. Use BuildKit ${verifiedLayersFloor} or later where not all who push are trusted, as docs/operations.md says.`,
  },
  'sources-unkeyed': {
    title: 'Who may push a branch can exchange files in an image',
    text: 'The engine finds what a COPY, an ADD or a RUN made before, and does not always look at which of its sources stands where. A branch can so give protected builds files in the places of others. Use the engine that comes with Cooperage where not all who push are trusted, as docs/operations.md says.',
  },
};
