// First, so that what a component says of itself wins over the base.
import '../styles/tokens.css';
import '../styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApprovalPage } from './approval-page.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');
createRoot(root).render(
  <StrictMode>
    <ApprovalPage />
  </StrictMode>,
);
