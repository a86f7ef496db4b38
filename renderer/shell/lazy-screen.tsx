import { type ComponentType, lazy, Suspense } from 'react';
import { Skeleton } from '../ui/skeleton.tsx';
import page from '../ui/page-layout.module.css';

type Load = () => Promise<{ readonly default: ComponentType }>;

export interface LazyScreen {
  readonly Screen: () => React.JSX.Element;
  /** Reads it before anybody asks for it, so that it opens at once. */
  readonly preload: () => void;
}

/** A screen in a file of its own: the window opens without it. */
export function lazyScreen(load: Load): LazyScreen {
  const Content = lazy(load);
  const Screen = () => (
    <Suspense
      fallback={
        <div className={page.page}>
          <Skeleton />
        </div>
      }
    >
      <Content />
    </Suspense>
  );
  // A failure shows when the screen is opened, where it can be said.
  return { Screen, preload: () => void load().catch(() => undefined) };
}
