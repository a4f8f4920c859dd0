import { headers } from 'next/headers';
import { isPaletteKey, isTyping } from '../keys/key-events';
import { keepEarlyPresses } from './keep-early-presses';

const script = `(${keepEarlyPresses})(${isTyping},${isPaletteKey})`;

/** Stands before all other code of a page. */
export async function EarlyPresses() {
  const policy = (await headers()).get('content-security-policy');
  const nonce = policy?.match(/'nonce-([^']+)'/)?.[1];
  // A browser hides the nonce from scripts, so the page never looks the same to React as what the server made.
  return (
    <script nonce={nonce} suppressHydrationWarning>
      {script}
    </script>
  );
}
