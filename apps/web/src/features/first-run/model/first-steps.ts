import type { FirstStepsView } from '@cooperage/contracts';

export interface FirstStep {
  readonly id: 'checks' | 'project' | 'image';
  readonly done: boolean;
  readonly text: string;
  readonly href: string;
  readonly link: string;
}

type Steps = Pick<FirstStepsView, 'hasProject' | 'hasSignedImage' | 'dismissed'> & {
  readonly checks: readonly Pick<FirstStepsView['checks'][number], 'state'>[];
};

/** The steps as a list, those that are done too; empty when all are done, or the list was put away. */
export function openSteps({ checks, hasProject, hasSignedImage, dismissed }: Steps): FirstStep[] {
  const green = checks.filter(({ state }) => state === 'ok').length;
  const steps: FirstStep[] = [
    {
      ...{ id: 'checks', done: green === checks.length, href: '/setup', link: 'Look at them' },
      text: `${green} of ${checks.length} parts of the installation were seen to work`,
    },
    { id: 'project', done: hasProject, text: 'A first project', href: '/projects/new', link: 'Connect a repository' },
    { id: 'image', done: hasSignedImage, text: 'A first signed image', href: '/setup', link: 'Try a sample' },
  ];
  return dismissed || steps.every(({ done }) => done) ? [] : steps;
}
