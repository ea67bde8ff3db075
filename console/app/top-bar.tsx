import {
  Button,
  Menu,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { DarkThemeRegular } from '@fluentui/react-icons';
import { AccountMenu } from '../session/account-menu';
import { themes } from './theme';
import type { ThemeName } from './theme';
import { useGo } from './place-link';
import { hrefOf } from './location';

const useStyles = makeStyles({
  bar: {
    gridArea: 'top',
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    padding: '6px 16px',
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke1}`,
  },
  name: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold, textDecorationLine: 'none' },
  menus: { display: 'flex', flexWrap: 'wrap' },
  skip: {
    position: 'absolute',
    left: '-10000px',
    ':focus': { left: '8px', top: '8px', backgroundColor: tokens.colorNeutralBackground1, padding: '8px', zIndex: 10 },
  },
});

/** Name, way past the left pane for keyboards, who is signed in, and the choice of a theme. */
export function TopBar({ theme, onTheme }: { theme: ThemeName; onTheme: (name: ThemeName) => void }) {
  const styles = useStyles();
  const go = useGo();
  return (
    <header className={styles.bar}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <a className={styles.name} href={hrefOf('')} onClick={go('')}>
        Connected Customer Service
      </a>
      <div className={styles.menus}>
        <AccountMenu />
        <Menu
          checkedValues={{ theme: [theme] }}
          onCheckedValueChange={(_event, { checkedItems }) => onTheme(checkedItems[0] as ThemeName)}
        >
          <MenuTrigger disableButtonEnhancement>
            <Button appearance="subtle" icon={<DarkThemeRegular />}>
              Theme
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {Object.entries(themes).map(([key, { name }]) => (
                <MenuItemRadio key={key} name="theme" value={key}>
                  {name}
                </MenuItemRadio>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
    </header>
  );
}
