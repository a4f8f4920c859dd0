'use client';

import type { Rule } from '@cooperage/contracts';
import { Dialog } from '@/components/ui/dialog';
import { RuleForm } from './rule-form';

export interface RuleSubject {
  readonly projectId: string;
  readonly defaultBranch: string;
  /** Null for a new one. */
  readonly rule: Rule | null;
}

interface RuleDialogProps extends RuleSubject {
  readonly open: boolean;
  readonly onClose: () => void;
}

export function RuleDialog({ projectId, defaultBranch, rule, open, onClose }: RuleDialogProps) {
  return (
    <Dialog title={rule ? 'Change the rule' : 'Add a rule'} open={open} onClose={onClose}>
      <RuleForm projectId={projectId} defaultBranch={defaultBranch} rule={rule} onDone={onClose} />
    </Dialog>
  );
}
