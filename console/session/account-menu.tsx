import {
  Button,
  Menu,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { PersonRegular } from '@fluentui/react-icons';
import { useServices } from '../app/service';
import { useViewer } from './viewer';

/** Who is signed in, as what, and the way out. Nothing where nobody was asked. */
export function AccountMenu() {
  const { session } = useServices();
  const viewer = useViewer();
  if (viewer.kind !== 'known' || !session.known()) return null;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<PersonRegular />}>
          {viewer.name}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{viewer.roles.join(', ')}</MenuGroupHeader>
            <MenuItem onClick={() => void session.signOut()}>Sign out</MenuItem>
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
