import { app } from '@azure/functions';
import { access } from '../shared/composition';
import { numberIn } from '../shared/domain/json-field';
import { calling } from '../shared/odata/action-call';
import { guarded } from '../shared/odata/guarded';

/** Reads a number from a JSON text, digit by digit as it stands there; the default when there is none at the path. */
export const jsonGetNumber = calling(
  'msdyn_JsonGetNumber',
  ({ Json, PropertyPath, DefaultReturnValue }) => numberIn(Json, PropertyPath) ?? DefaultReturnValue ?? '0',
);

app.http('msdyn_JsonGetNumber', {
  route: 'api/data/v9.2/msdyn_JsonGetNumber',
  methods: ['POST'],
  authLevel: 'anonymous',
  handler: guarded(access, jsonGetNumber),
});
