import { preferenceWords } from '@/lib/preferences/preference-words';
import type { PreferenceName } from '@/lib/preferences/preferences';
import { PreferenceRadios } from './preference-radios';

/** A choice of the reader's, to be made here. */
export function PreferenceSwitch({ name, legend }: { name: PreferenceName; legend: string }) {
  return <PreferenceRadios name={name} legend={legend} words={preferenceWords[name]} />;
}
