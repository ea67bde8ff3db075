import { teamsHighContrastTheme, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import type { Theme } from '@fluentui/react-components';
import { store } from './store';
import type { Store } from './store';

export const themes = {
  light: { name: 'Light', theme: webLightTheme },
  dark: { name: 'Dark', theme: webDarkTheme },
  contrast: { name: 'High contrast', theme: teamsHighContrastTheme },
} as const satisfies Record<string, { name: string; theme: Theme }>;

export type ThemeName = keyof typeof themes;

const place = 'connected-customer-service.theme';

/** The theme that was chosen, or else the one the viewer's system asks for; a choice is remembered. */
export function chosenTheme(window: Window): Pick<Store<ThemeName>, 'now' | 'set' | 'subscribe'> {
  const remembered = window.localStorage.getItem(place);
  const chosen = store<ThemeName>(isTheme(remembered) ? remembered : systemTheme(window));
  return {
    ...chosen,
    set: (name) => {
      window.localStorage.setItem(place, name);
      chosen.set(name);
    },
  };
}

function systemTheme(window: Window): ThemeName {
  if (window.matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function isTheme(name: string | null): name is ThemeName {
  return name !== null && Object.hasOwn(themes, name);
}
