import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';

/**
 * A part of a page whose code is loaded when it is shown first: no page waits for what most visits never open.
 *
 * @param place stands where it will be while its code comes. Without one that is `data-opening`, which holds the keys of the
 * page back: they are meant for what opens.
 */
export function onDemand<P extends object>(
  load: () => Promise<ComponentType<P>>,
  place: ReactNode = <span data-opening hidden />,
): (props: P) => ReactNode {
  const Part = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function OnDemand(props: P) {
    return (
      <Suspense fallback={place}>
        <Part {...props} />
      </Suspense>
    );
  };
}
