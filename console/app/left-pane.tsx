import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useMay } from '../session/viewer';
import { areas } from './areas';
import { hrefOf } from './location';
import { useGo } from './place-link';
import { usePlace } from './service';

const useStyles = makeStyles({
  pane: {
    gridArea: 'pane',
    padding: '12px 8px',
    backgroundColor: tokens.colorNeutralBackground2,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  group: { margin: '12px 8px 4px', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  list: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    '@media (max-width: 800px)': { display: 'flex', flexWrap: 'wrap' },
  },
  link: {
    display: 'block',
    padding: '6px 12px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground2Hover, color: tokens.colorNeutralForeground2Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  here: {
    fontWeight: tokens.fontWeightSemibold,
    boxShadow: `inset 3px 0 ${tokens.colorBrandStroke1}`,
  },
});

const groups = [...new Set(areas.map(({ group }) => group))];

/** The way to every area that the viewer may read. */
export function LeftPane() {
  const styles = useStyles();
  const may = useMay();
  return (
    <nav className={styles.pane} aria-label="Areas">
      <ul className={styles.list}>
        <PaneLink path="" title="Dashboard" />
      </ul>
      {groups.map((group) => (
        <div key={group} role="group" aria-label={group}>
          <div className={styles.group}>{group}</div>
          <ul className={styles.list}>
            {areas
              .filter((area) => area.group === group && may.read(area.table))
              .map(({ path, title }) => (
                <PaneLink key={path} path={path} title={title} />
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PaneLink({ path, title }: { path: string; title: string }) {
  const styles = useStyles();
  const go = useGo();
  const here = usePlace().path.split('/')[0] === path;
  return (
    <li>
      <a
        className={mergeClasses(styles.link, here && styles.here)}
        href={hrefOf(path)}
        onClick={go(path)}
        aria-current={here ? 'page' : undefined}
      >
        {title}
      </a>
    </li>
  );
}
