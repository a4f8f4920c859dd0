'use client';

import { useEffect, useState } from 'react';
import { onDemand } from '@/components/ui/on-demand';
import { tabSession, useSessionEnded } from '@/lib/session/tab-session';

const SessionDialog = onDemand(() =>
  import('./session-dialog').then(
    (module) => module.SessionDialog,
    () => Missing,
  ),
);

/** The session ended in the middle of work. */
export function SessionOverlay({ email }: { email: string }) {
  const ended = useSessionEnded();
  // It stays then, so that its dialog can give the focus back.
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (ended) setWanted(true);
  }, [ended]);
  return wanted && <SessionDialog email={email} ended={ended} />;
}

/** Its code is gone, as after an upgrade: whoever was refused is told so, as if nobody wanted to sign in. */
function Missing() {
  useEffect(() => tabSession.dismissed(), []);
  return null;
}
