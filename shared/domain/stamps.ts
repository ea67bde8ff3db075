import { service } from '../model/tables/users';

/** When and by whom a record was made; without a user it was the service itself. */
export const createdBy = (time: string, by: string = service) =>
  ({ createdon: time, _createdby_value: by, ...modifiedBy(time, by) }) as const;

/** When and by whom a record was written; without a user it was the service itself. */
export const modifiedBy = (time: string, by: string = service) =>
  ({ modifiedon: time, _modifiedby_value: by }) as const;
