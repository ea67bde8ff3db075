import { FluentProvider, Spinner, makeStyles, tokens } from '@fluentui/react-components';
import { Suspense, useEffect, useSyncExternalStore } from 'react';
import { CrashScreen } from './crash-screen';
import { LeftPane } from './left-pane';
import { NoticeBars } from './notice-bars';
import { pageAt } from './routes';
import { Gate } from '../session/gate';
import { usePlace } from './service';
import { themes } from './theme';
import type { ThemeName } from './theme';
import { TopBar } from './top-bar';
import type { Store } from './store';

const useStyles = makeStyles({
  frame: {
    display: 'grid',
    gridTemplate: '"top top" auto "pane page" 1fr / 220px minmax(0, 1fr)',
    minHeight: '100vh',
    backgroundColor: tokens.colorNeutralBackground3,
    '@media (max-width: 800px)': { gridTemplate: '"top" auto "pane" auto "page" 1fr / minmax(0, 1fr)' },
  },
  page: { gridArea: 'page', padding: '16px 20px', minWidth: 0 },
});

/** What is around every page: bar, left pane, notices, and the question who is there. */
export function Shell({ theme }: { theme: Pick<Store<ThemeName>, 'now' | 'set' | 'subscribe'> }) {
  const name = useSyncExternalStore(theme.subscribe, theme.now);
  const styles = useStyles();
  useEffect(() => {
    document.documentElement.style.colorScheme = name === 'light' ? 'light' : 'dark';
  }, [name]);
  return (
    <FluentProvider theme={themes[name].theme}>
      <div className={styles.frame}>
        <TopBar theme={name} onTheme={theme.set} />
        <LeftPane />
        <main className={styles.page} id="page" tabIndex={-1}>
          <NoticeBars />
          <Gate>
            <CurrentPage />
          </Gate>
        </main>
      </div>
    </FluentProvider>
  );
}

function CurrentPage() {
  const { path } = usePlace();
  const found = pageAt(path);
  if (!found) return <p>There is no page at this address. Choose one on the left.</p>;
  const { area, Page, id } = found;
  return (
    <CrashScreen key={path}>
      <Suspense fallback={<Spinner label="Loading" />}>
        <Page key={`${area}/${id ?? ''}`} id={id} />
      </Suspense>
    </CrashScreen>
  );
}
