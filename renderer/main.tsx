// First, so that what a component says of itself wins over the base.
import './styles/tokens.css';
import './styles/base.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { connect } from './state/connect.ts';
import { ToastPlace } from './ui/toast.tsx';

connect();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    {/* The content policy forbids inline style elements. */}
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500}>
        <App />
        <ToastPlace />
      </Tooltip.Provider>
    </CSPProvider>
  </StrictMode>,
);
