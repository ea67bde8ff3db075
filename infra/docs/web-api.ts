import { actionsSection } from './actions';
import { errorsSection } from './errors';
import { heading, page } from './markdown';
import { protocolSection } from './protocol';
import { rightsSection } from './rights';
import { tablesSection } from './tables';

/** The page on the Web API. All that the model says comes from the model. */
export function webApiPage(): string {
  return page([
    '<!-- Written by `npm run docs`. Change the model, or infra/docs, and run it again. -->',
    heading(1, 'The Web API'),
    'This service speaks the Web API of Dynamics 365 (OData 4.0), so that programs written for its IoT connector change their ' +
      'base URL and go on.',
    ...protocolSection(),
    ...actionsSection(),
    ...tablesSection(),
    ...rightsSection(),
    ...errorsSection(),
  ]);
}
