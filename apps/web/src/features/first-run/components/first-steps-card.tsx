import { Card } from '@/components/ui/card';
import { Link, textLinkClass } from '@/components/ui/link';
import { loadMe } from '@/features/account/api/load-me';
import { StatusMark } from '@/features/builds/components/status';
import { classes } from '@/lib/classes';
import { loadFirstSteps } from '../api/load-checks';
import { openSteps } from '../model/first-steps';
import { DismissSteps } from './dismiss-steps';

/** What is left of the set-up, for administrators. It goes by itself when nothing is left. */
export async function FirstStepsCard() {
  const me = await loadMe();
  if (!me.ok || !me.value.administrator) return null;
  const steps = await loadFirstSteps();
  if (!steps.ok) return null;
  const list = openSteps(steps.value);
  if (list.length === 0) return null;
  return (
    <Card title="Left of the set-up" aside={<DismissSteps />}>
      <ul className="grid gap-2 px-3 py-2.5">
        {list.map(({ id, done, text, href, link }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className={classes('inline-flex items-center gap-2', done ? 'text-good' : 'text-wait')}>
              <StatusMark shape={done ? 'tick' : 'ring'} />
              <span className="sr-only">{done ? 'Done: ' : 'Open: '}</span>
              <span className={done ? 'text-text-2' : 'text-text'}>{text}</span>
            </span>
            {!done && (
              <Link href={href} className={textLinkClass}>
                {link}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
