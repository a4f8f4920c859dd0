import type { SignInWays } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { TrialButton } from '@/components/ui/trial-button';
import { visibleText } from '@/lib/format/names';

/** What the environment has told the service of, for an administrator to try. */
export function TrialsCard({ ways: { mail, oidc } }: { ways: SignInWays }) {
  return (
    <Card title="Try what is set">
      <ul className="divide-y divide-line">
        <li className="flex flex-wrap items-center justify-between gap-2 px-3 py-2">
          <span className="min-w-0 flex-1 basis-60">
            {mail ? 'Mail: one is sent to you.' : 'Mail: no server is set. SMTP_URL names one.'}
          </span>
          {mail && <TrialButton address="/settings/trials/mail" label="Send a mail" what="to me" />}
        </li>
        <li className="flex flex-wrap items-center justify-between gap-2 px-3 py-2">
          <span className="min-w-0 flex-1 basis-60">
            {oidc
              ? `Sign-in with ${visibleText(oidc.name)}: the provider is asked how it is spoken to.`
              : 'Sign-in with a provider: none is set. OIDC_ISSUER_URL names one.'}
          </span>
          {oidc && <TrialButton address="/settings/trials/sign-in" label="Ask it" what={oidc.name} />}
        </li>
      </ul>
    </Card>
  );
}
