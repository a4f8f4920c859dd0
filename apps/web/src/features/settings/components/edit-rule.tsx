'use client';

import type { Rule } from '@cooperage/contracts';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { RuleForm } from './rule-form';

export interface EditRuleProps {
  readonly projectId: string;
  readonly defaultBranch: string;
  /** Null for a new one. */
  readonly rule: Rule | null;
}

export function EditRule({ projectId, defaultBranch, rule }: EditRuleProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look={rule ? 'quiet' : 'plain'} className="text-xs" onClick={() => setOpen(true)}>
        {rule ? 'Change' : 'Add a rule'}
      </Button>
      <Dialog title={rule ? 'Change the rule' : 'Add a rule'} open={open} onClose={() => setOpen(false)}>
        <RuleForm projectId={projectId} defaultBranch={defaultBranch} rule={rule} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}
