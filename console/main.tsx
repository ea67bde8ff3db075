import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { webApi } from './api/web-api';
import { connection } from './app/connection';
import { browserLocations } from './app/location';
import { notices } from './app/notices';
import { ServicesProvider } from './app/service';
import { session } from './app/session';
import { Shell } from './app/shell';
import { chosenTheme } from './app/theme';

const way = connection();
const visit = session(window.sessionStorage);
const services = {
  api: webApi({
    root: '/api/data/v9.2/',
    fetch: async (address, init) => window.fetch(address, init),
    key: visit.key,
    heard: (status, milliseconds) => {
      way.heard(status, milliseconds);
      if (status === 401) visit.refused();
    },
  }),
  connection: way,
  locations: browserLocations(window),
  notices: notices(),
  session: visit,
};

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <ServicesProvider value={services}>
      <Shell theme={chosenTheme(window)} />
    </ServicesProvider>
  </StrictMode>,
);
