import { RemixBrowser } from '@remix-run/react';
import { setNonce } from 'get-nonce';
import { StrictMode, startTransition, useEffect } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { bearForeignNodes, setForeignNodesAside } from './components/foreign-nodes.ts';
import { patientFetch } from './components/offline/patient-fetch.ts';

// Mantine's overlays lock scrolling with a style element of their own, which the page's policy lets in by nonce only.
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
if (nonce) setNonce(nonce);

bearForeignNodes();
window.fetch = patientFetch(window.fetch.bind(window));

// Signed-in pages are live: the connection is made while React takes over the page, not after.
if (document.getElementById('content')) void import('./realtime/socket-client.ts').then(({ liveSocket }) => liveSocket());

const putBack = setForeignNodesAside();

function OnceTakenOver() {
  useEffect(() => {
    setTimeout(putBack);
  }, []);
  return null;
}

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <RemixBrowser />
      <OnceTakenOver />
    </StrictMode>,
  );
});
