import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { SignIn } from '../shared/domain/sign-in';
import { webApi } from './api/web-api';
import { connection } from './app/connection';
import { browserLocations } from './app/location';
import { notices } from './app/notices';
import { ServicesProvider } from './app/service';
import { Shell } from './app/shell';
import { store } from './app/store';
import { chosenTheme } from './app/theme';
import { session } from './session/session';
import type { Viewer } from './session/who';

const way = connection();
const locations = browserLocations(window);
const visit = session({
  storage: window.sessionStorage,
  askOffer: async () => {
    const offer = (await (await window.fetch('/console/sign-in.json')).json()) as Partial<SignIn>;
    return offer.issuer === undefined ? undefined : (offer as SignIn);
  },
  // What signs in is loaded by those who sign in.
  openIssuer: async (offer) => (await import('./session/issuer')).openIssuer(offer, window.location.origin),
  leave: (address) => window.location.assign(address),
  now: () => Date.now(),
});
const services = {
  api: webApi({
    root: '/api/data/v9.2/',
    fetch: async (address, init) => window.fetch(address, init),
    proof: visit.proof,
    refused: visit.refused,
    heard: way.heard,
  }),
  connection: way,
  locations,
  notices: notices(),
  session: visit,
  viewer: store<Viewer>({ kind: 'unknown' }),
};

if (locations.now().path === 'signed-in') void visit.arrive(new URL(window.location.href), locations.replace);

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <ServicesProvider value={services}>
      <Shell theme={chosenTheme(window)} />
    </ServicesProvider>
  </StrictMode>,
);
