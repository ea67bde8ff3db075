import {
  Menu,
  MenuButton,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { View } from './list-description';

const useStyles = makeStyles({
  heading: { margin: 0, fontSize: tokens.fontSizeBase500, color: tokens.colorNeutralForeground1 },
  button: { fontSize: 'inherit', fontWeight: tokens.fontWeightSemibold, paddingLeft: 0 },
});

/** The name of the view is the heading of the page, and the way to the other views. */
export function ViewPicker({
  views,
  view,
  onView,
}: {
  views: readonly View[];
  view: View;
  onView: (view: View) => void;
}) {
  const styles = useStyles();
  if (views.length === 1) return <h1 className={styles.heading}>{view.name}</h1>;
  return (
    <h1 className={styles.heading}>
      <Menu
        checkedValues={{ view: [view.key] }}
        onCheckedValueChange={(_event, { checkedItems }) =>
          onView(views.find(({ key }) => key === checkedItems[0]) ?? view)
        }
      >
        <MenuTrigger disableButtonEnhancement>
          <MenuButton appearance="transparent" className={styles.button}>
            {view.name}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {views.map(({ key, name }) => (
              <MenuItemRadio key={key} name="view" value={key}>
                {name}
              </MenuItemRadio>
            ))}
          </MenuList>
        </MenuPopover>
      </Menu>
    </h1>
  );
}
