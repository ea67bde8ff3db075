/** Option sets, by their Dataverse values. Labels are the keys; the rows in `tables/` show which column uses which. */

export const alertType = {
  Anomaly: 192350000,
  Info: 192350001,
  'Preventive Maintenance': 192350002,
  Test: 192350003,
} as const;

export const registrationStatus = {
  Unknown: 192350000,
  Unregistered: 192350001,
  'In Progress': 192350002,
  Registered: 192350003,
  Error: 192350004,
} as const;

export const registrationAction = {
  Register: 192350000,
  Unregister: 192350001,
  Activate: 192350002,
  Deactivate: 192350003,
} as const;

/** How an attempt to change a device's registration ended. */
export const attemptOutcome = { Succeeded: 192350000, Failed: 192350001 } as const;

/** What a device job does; the first four are the actions of the registration history. */
export const jobAction = { ...registrationAction, Import: 192350004 } as const;

export const jobState = { Active: 0, Inactive: 1 } as const;
export const jobStatus = { 'In Progress': 1, Succeeded: 2, 'Completed with Errors': 3 } as const;

/** What the hub says of a device. */
export const hubDeviceStatus = { Enabled: 192350000, Disabled: 192350001, 'Not Found': 192350002 } as const;

export const commandStatus = { 'In Progress': 192350000, Sent: 192350001, Error: 192350002 } as const;

/** What the hub reports of a message that it accepted. */
export const commandFeedback = {
  Delivered: 192350000,
  Expired: 192350001,
  'Delivery Count Exceeded': 192350002,
  Rejected: 192350003,
  Purged: 192350004,
} as const;

export const propertyType = {
  String: 192350000,
  Object: 192350001,
  'Date and Time': 192350002,
  Boolean: 192350003,
  'Whole Number': 192350004,
  'Decimal Number': 192350005,
} as const;

export const simulated = { Yes: 192350000, No: 192350001 } as const;

/** What a parent alert of a category opens. */
export const categoryResponse = { Case: 192350000, 'Work order': 192350001, None: 192350002 } as const;

export const priority = { High: 1, Normal: 2, Low: 3 } as const;

export const caseOrigin = { Phone: 1, Email: 2, Web: 3, IoT: 700610000 } as const;

export const suggestedPriority = {
  Calculating: 192350000,
  High: 192350001,
  Low: 192350002,
  'No Suggestions': 192350003,
} as const;

export const workOrderStatus = {
  Unscheduled: 690970000,
  Scheduled: 690970001,
  'In Progress': 690970002,
  Completed: 690970003,
  Posted: 690970004,
  Canceled: 690970005,
} as const;

export const alertState = { Active: 0, Inactive: 1, InProgress: 2, Closed: 3 } as const;

export const alertStatus = {
  Active: 1,
  Inactive: 2,
  'In Progress - Case Created': 3,
  'In Progress - Work Order Created': 4,
  'In Progress - Command Sent': 5,
  Closed: 6,
  'In Progress - Command Failed': 7,
} as const;

export const caseState = { Active: 0, Resolved: 1, Canceled: 2 } as const;

export const caseStatus = {
  'In Progress': 1,
  'On Hold': 2,
  'Waiting for Details': 3,
  Researching: 4,
  'Problem Solved': 5,
  'Information Provided': 1000,
  Canceled: 6,
  Merged: 2000,
} as const;

/** State and status of every table that has no states of its own. */
export const plainState = { Active: 0, Inactive: 1 } as const;
export const plainStatus = { Active: 1, Inactive: 2 } as const;
