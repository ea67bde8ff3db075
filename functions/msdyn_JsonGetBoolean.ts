import { app } from '@azure/functions';
import { access } from '../shared/composition';
import { booleanIn } from '../shared/domain/json-field';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';

/** Reads true or false from a JSON text; the default when there is neither at the path. */
export const jsonGetBoolean = calling(
  'msdyn_JsonGetBoolean',
  ({ Json, PropertyPath, DefaultReturnValue }) => booleanIn(Json, PropertyPath) ?? DefaultReturnValue ?? false,
);

app.http('msdyn_JsonGetBoolean', {
  route: 'api/data/v9.2/msdyn_JsonGetBoolean',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, jsonGetBoolean),
});
