import type { Me } from '@cooperage/contracts';
import { Link, textLinkClass } from '@/components/ui/link';
import { visibleText } from '@/lib/format/names';
import { furtherPages } from '@/lib/keys/keys-of-pages';
import { PreferenceSwitch } from './preference-switch';
import { SignOutButton } from './sign-out-button';

/** The platform's own popover: in the top layer, so that nothing clips it, and closed by Esc or a click elsewhere. */
export function AccountMenu({ me }: { me: Me }) {
  const initials = [...me.name.trim()].slice(0, 1).join('').toUpperCase() || '?';
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        aria-label="Account and theme"
        className="grid size-7 shrink-0 place-items-center rounded-full border border-line-strong bg-surface text-xs font-semibold"
      >
        {initials}
      </button>
      <div
        id="account"
        popover="auto"
        className="fixed inset-auto top-11 right-3 m-0 w-64 rounded border border-line-strong bg-surface p-3 shadow-xl"
      >
        <p className="truncate font-semibold">{visibleText(me.name)}</p>
        <p className="truncate text-text-2">{visibleText(me.email)}</p>
        <ul className="mt-2 border-t border-line pt-2 text-sm text-text-2">
          {me.organizations.map((organization) => (
            <li key={organization.organizationId} className="flex justify-between gap-2">
              <span className="truncate">{visibleText(organization.name)}</span>
              <span>{organization.role}</span>
            </li>
          ))}
        </ul>
        <div className="my-3 grid gap-3 border-y border-line py-3">
          <PreferenceSwitch name="theme" legend="Theme" />
          <PreferenceSwitch name="density" legend="Rows" />
          <PreferenceSwitch name="times" legend="Times" />
        </div>
        <ul className="mb-3 flex flex-wrap gap-x-4 gap-y-1">
          {furtherPages.map(({ href, label }) => (
            <li key={href}>
              <Link href={href} className={`${textLinkClass} inline-block py-1`}>
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <SignOutButton />
      </div>
    </>
  );
}
