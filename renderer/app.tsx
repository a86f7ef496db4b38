import { useEffect } from 'react';
import { FirstRun } from './first-run/first-run.tsx';
import { Shell } from './shell/shell.tsx';
import { watchActivity } from './state/activity.ts';
import { useSession } from './state/session.ts';
import { Broken } from './unlock/broken.tsx';
import { Starting } from './unlock/starting.tsx';
import { UnlockScreen } from './unlock/unlock-screen.tsx';
import { useLook } from './use-look.ts';

/** Which of the window's faces is shown. */
export function App() {
  const phase = useSession((session) => session.phase);
  useLook();
  useEffect(() => watchActivity(), []);
  switch (phase) {
    case 'loading':
      return <Starting />;
    case 'clearing':
      return null;
    case 'broken':
      return <Broken />;
    case 'first-run':
      return <FirstRun />;
    case 'locked':
    case 'recovering':
      return <UnlockScreen />;
    case 'unlocked':
      return <Shell />;
  }
}
