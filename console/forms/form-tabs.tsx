import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { hrefOf } from '../app/location';
import { usePlace, useServices } from '../app/service';

const useStyles = makeStyles({
  tabs: { display: 'flex', flexWrap: 'wrap', gap: '4px', listStyle: 'none', margin: 0, padding: 0 },
  tab: {
    display: 'block',
    padding: '10px 12px 8px',
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    borderBottom: '3px solid transparent',
    ':hover': { borderBottomColor: tokens.colorNeutralStroke1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  here: { fontWeight: tokens.fontWeightSemibold, borderBottomColor: tokens.colorCompoundBrandStroke },
});

interface TabProps {
  key: string;
  name: string;
}

/** The pages of a form. Each has an address of its own; what is entered and not saved stays when one turns to another. */
export function FormTabs({ tabs, current }: { tabs: readonly TabProps[]; current: string }) {
  const styles = useStyles();
  const { locations } = useServices();
  const { path } = usePlace();
  return (
    <nav aria-label="Pages of this record">
      <ul className={styles.tabs}>
        {[{ key: 'general', name: 'General' }, ...tabs].map(({ key, name }) => {
          const to = key === 'general' ? path : `${path}?tab=${key}`;
          return (
            <li key={key}>
              <a
                className={mergeClasses(styles.tab, key === current && styles.here)}
                href={hrefOf(to)}
                aria-current={key === current ? 'page' : undefined}
                onClick={(event) => {
                  event.preventDefault();
                  locations.replace(to);
                }}
              >
                {name}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
