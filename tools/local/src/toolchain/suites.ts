/** Debian's unstable suite. */
export const NEWER_SUITE = 'sid';

/** Updates of a release between its points: those of its own mirror, and those that mend security holes. */
export const updatesSuite = (codename: string) => `${codename}-updates`;
export const securitySuite = (codename: string) => `${codename}-security`;

/** The suites of a release. What is taken from it is the newest version that one of them has. */
export function ownSuites(codename: string): readonly string[] {
  return [codename, updatesSuite(codename), securitySuite(codename)];
}
