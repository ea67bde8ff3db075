import { app } from '@azure/functions';
import { access } from '../shared/composition';
import { textIn } from '../shared/domain/json-field';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';

/** Reads a text from a JSON text, other values as JSON; the default when there is nothing at the path. */
export const jsonGetString = calling(
  'msdyn_JsonGetString',
  ({ Json, PropertyPath, DefaultReturnValue }) => textIn(Json, PropertyPath) ?? DefaultReturnValue ?? '',
);

app.http('msdyn_JsonGetString', {
  route: 'api/data/v9.2/msdyn_JsonGetString',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, jsonGetString),
});
