'use client';

import { Button } from '@/components/ui/button';
import { onDemand } from '@/components/ui/on-demand';
import { useOpening } from '@/components/ui/use-opening';
import type { RuleSubject } from './rule-dialog';

const loadDialog = () => import('./rule-dialog').then((module) => module.RuleDialog);
const RuleDialog = onDemand(loadDialog);

export function EditRule(subject: RuleSubject) {
  const { wanted, open, close, opener } = useOpening(loadDialog);
  return (
    <>
      <Button look={subject.rule ? 'quiet' : 'plain'} className="text-xs" {...opener}>
        {subject.rule ? 'Change' : 'Add a rule'}
      </Button>
      {wanted && <RuleDialog {...subject} open={open} onClose={close} />}
    </>
  );
}
