import { createContext, useContext, useSyncExternalStore } from 'react';
import type { WebApi } from '../api/web-api';
import type { Connection } from './connection';
import type { Locations, Place } from './location';
import type { Notices } from './notices';
import type { Session } from '../session/session';
import type { Viewer } from '../session/who';
import type { Store } from './store';

/** What the pages work with; built once in `main.tsx`. */
export interface Services {
  api: WebApi;
  connection: Connection;
  locations: Locations;
  notices: Notices;
  session: Session;
  viewer: Store<Viewer>;
}

const ServicesContext = createContext<Services | undefined>(undefined);

export const ServicesProvider = ServicesContext.Provider;

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (!services) throw new Error('A page was shown outside of the console.');
  return services;
}

export function useApi(): WebApi {
  return useServices().api;
}

/** Where the page is; a component that asks is drawn again when it changes. */
export function usePlace(): Place {
  const { locations } = useServices();
  return useSyncExternalStore(locations.subscribe, locations.now);
}
