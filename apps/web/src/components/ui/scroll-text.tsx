import type { ComponentProps } from 'react';

/** Text as it stands, in a window of its own that is reached and scrolled by keyboard too. */
export function ScrollText(props: ComponentProps<'pre'>) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
  return <pre tabIndex={0} {...props} />;
}
